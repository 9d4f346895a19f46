package import Platform

/// Decides whether an upstream server that keeps failing is asked again. A value without a clock: the time is passed in.
///
/// Closed, every request passes; after `failuresMax` failures in a row it opens and refuses for `pause`; then one request
/// is let through to try, and its outcome closes or opens it again.
package struct CircuitBreaker: Sendable, Hashable {
    package struct Limits: Sendable, Hashable {
        package var failuresMax = 5
        package var pause: Duration = .seconds(2)

        package init() {}
    }

    package enum Decision: Sendable, Hashable {
        case pass
        /// Refuse; worth another try after so long.
        case refuse(Duration)
    }

    private enum State: Sendable, Hashable {
        case closed(failures: Int)
        case open(until: MonotonicInstant)
        /// One request is on its way to find out; if nothing is heard of it until then, another may try.
        case trying(until: MonotonicInstant)
    }

    private let limits: Limits
    private var state = State.closed(failures: 0)

    package init(limits: Limits = Limits()) {
        self.limits = limits
    }

    /// Asks for permission to send a request. Every `pass` is to be followed by `succeeded` or `failed`.
    package mutating func ask(at now: MonotonicInstant) -> Decision {
        switch state {
        case .closed:
            return .pass
        case .open(let until), .trying(let until):
            if now < until { return .refuse(until - now) }
            state = .trying(until: now + limits.pause)
            return .pass
        }
    }

    /// The upstream server answered, whatever it said.
    package mutating func succeeded() {
        state = .closed(failures: 0)
    }

    /// It could not be reached, or broke off, or took too long.
    package mutating func failed(at now: MonotonicInstant) {
        switch state {
        case .closed(let failures) where failures + 1 < limits.failuresMax:
            state = .closed(failures: failures + 1)
        case .open(let until) where now < until:
            break
        case .closed, .open, .trying:
            state = .open(until: now + limits.pause)
        }
    }
}
