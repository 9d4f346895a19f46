package import Platform

/// Leaves a failing peer alone for a while instead of letting every caller wait for the same failure. A value: the time
/// is passed in.
///
/// After `failuresMax` failures in a row nothing passes for `pause`; then one attempt passes as a probe, and its outcome
/// decides. A probe that never reports back is replaced after another `pause`.
package struct CircuitBreaker: Sendable, Hashable {
    private enum State: Hashable {
        case closed(failures: Int)
        case open(until: MonotonicInstant)
        case probing(until: MonotonicInstant)
    }

    package let failuresMax: Int
    package let pause: Duration
    private var state: State = .closed(failures: 0)

    package init(failuresMax: Int = 5, pause: Duration = .seconds(30)) {
        self.failuresMax = failuresMax
        self.pause = pause
    }

    /// Whether an attempt may be made now. Each permission is followed by exactly one record.
    package mutating func permits(at now: MonotonicInstant) -> Bool {
        switch state {
        case .closed: return true
        case .open(let until), .probing(let until):
            guard now >= until else { return false }
            state = .probing(until: now + pause)
            return true
        }
    }

    /// Whether an attempt would be permitted, without making it.
    package func isClosed(at now: MonotonicInstant) -> Bool {
        switch state {
        case .closed: true
        case .open(let until), .probing(let until): now >= until
        }
    }

    package mutating func recordSuccess() { state = .closed(failures: 0) }

    package mutating func recordFailure(at now: MonotonicInstant) {
        switch state {
        case .closed(let failures) where failures + 1 < failuresMax: state = .closed(failures: failures + 1)
        case .closed, .probing: state = .open(until: now + pause)
        case .open: break
        }
    }

    /// The attempt ended for a reason that says nothing about the peer.
    package mutating func recordNothing() {
        // A probe that told nothing leaves the way free for the next one.
        if case .probing = state { state = .open(until: MonotonicInstant(nanoseconds: .min)) }
    }
}
