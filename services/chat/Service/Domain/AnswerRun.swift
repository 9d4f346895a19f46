import LanguageModels
import Platform

/// One answer in the making, or made: what has been said of it so far, kept so that a client whose connection broke can go
/// on where it was.
///
/// At most one connection drives it; a new one takes over and the old one stops at its next step.
final class AnswerRun: Sendable {
    /// How an answer ended.
    enum Outcome: Sendable, Hashable {
        case complete([Citation], AnswerSummary)
        case failed(code: String, detail: String)
    }

    /// Another connection has taken over.
    struct Superseded: Error {}

    /// What a piece of a generation means for the client.
    enum Step: Sendable, Hashable {
        /// Nothing new: known from before an interruption.
        case known
        case new(String, end: Int)
        /// The generation went another way than before the interruption; this is all of it so far.
        case other(String, end: Int)
    }

    private struct State {
        var text: [UInt8] = []
        var outcome: Outcome?
        var driver = 0
    }

    let plan: AnswerPlan
    private let state = Lock(State())

    init(_ plan: AnswerPlan) { self.plan = plan }

    /// An answer that was finished earlier.
    init(_ plan: AnswerPlan, text: String, outcome: Outcome) {
        self.plan = plan
        state.withLock {
            $0.text = Array(text.utf8)
            $0.outcome = outcome
        }
    }

    var outcome: Outcome? { state.withLock { $0.outcome } }
    var text: String { state.withLock { String(decoding: $0.text, as: UTF8.self) } }

    /// Makes the caller the one that drives the answer.
    func takeOver() -> Int {
        state.withLock { state in
            state.driver += 1
            return state.driver
        }
    }

    /// What the client has not got yet, and where it ends; `nil` when the offset cannot be right.
    func rest(from offset: Int) -> (text: String, end: Int)? {
        state.withLock { state in
            guard (0...state.text.count).contains(offset) else { return nil }
            guard offset == state.text.count || state.text[offset] & 0xC0 != 0x80 else { return nil }
            return (String(decoding: state.text[offset...], as: UTF8.self), state.text.count)
        }
    }

    /// Adds what a generation has produced from its beginning on.
    /// - Throws: `Superseded`.
    func merge(generated: [UInt8], driver: Int) throws(Superseded) -> Step {
        try state.withLock { state throws(Superseded) in
            guard state.driver == driver else { throw Superseded() }
            if generated.count <= state.text.count, state.text.starts(with: generated) { return .known }
            if generated.starts(with: state.text) {
                let new = String(decoding: generated[state.text.count...], as: UTF8.self)
                state.text = generated
                return .new(new, end: generated.count)
            }
            state.text = generated
            return .other(String(decoding: generated, as: UTF8.self), end: generated.count)
        }
    }

    /// Ends the answer. A generation that came out shorter than before the interruption stands as the longer one.
    /// - Throws: `Superseded`.
    func finish(_ outcome: Outcome, driver: Int) throws(Superseded) {
        try state.withLock { state throws(Superseded) in
            guard state.driver == driver else { throw Superseded() }
            state.outcome = outcome
        }
    }
}
