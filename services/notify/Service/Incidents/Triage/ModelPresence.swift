import LanguageModels
import Platform

/// Whether there is a language model, as far as is known: asking takes as long as the model's server likes, and a report
/// does not wait for that.
final class ModelPresence: Sendable {
    /// How old the knowledge may be before it is renewed.
    static let lifetime = Duration.seconds(15)

    private struct State {
        var isPresent = false
        var until: MonotonicInstant?
        var isAsking = false
    }

    private let models: any ModelSource
    private let time: any TimeSource
    private let state = Lock(State())

    init(models: any ModelSource, time: any TimeSource) {
        self.models = models
        self.time = time
    }

    /// The answer of before; false until there is one. Has it renewed when it is old.
    var isPresent: Bool {
        let now = time.monotonic
        let (isPresent, mustAsk) = state.withLock { state in
            let isOld = state.until.map { $0 <= now } ?? true
            let mustAsk = isOld && !state.isAsking
            if mustAsk { state.isAsking = true }
            return (state.isPresent, mustAsk)
        }
        // Belongs to nobody; ends with the answer, and there is one at a time.
        if mustAsk { Task { await ask() } }
        return isPresent
    }

    /// Asks now.
    func ask() async {
        let isPresent = await models.current() != nil
        let until = time.monotonic + Self.lifetime
        state.withLock { $0 = State(isPresent: isPresent, until: until) }
    }
}
