import Platform

/// The answers of the last minutes, for clients that come back. Bounded in number and time.
final class AnswerShelf: Sendable {
    static let answersMax = 1_000
    static let keptFor = Duration.seconds(600)

    private struct Place {
        let run: AnswerRun
        let since: MonotonicInstant
    }

    private let time: any TimeSource
    private let places = Lock([Identifier: Place]())

    init(time: any TimeSource) { self.time = time }

    func put(_ run: AnswerRun) {
        let now = time.monotonic
        places.withLock { places in
            places = places.filter { now - $0.value.since < Self.keptFor }
            if places.count >= Self.answersMax, let oldest = places.min(by: { $0.value.since < $1.value.since }) {
                places[oldest.key] = nil
            }
            places[run.plan.id] = Place(run: run, since: now)
        }
    }

    /// The answer, if it is the user's own and still here.
    func find(_ id: Identifier, userID: Identifier) -> AnswerRun? {
        let now = time.monotonic
        return places.withLock { places in
            guard let place = places[id], now - place.since < Self.keptFor, place.run.plan.userID == userID else {
                return nil
            }
            return place.run
        }
    }
}
