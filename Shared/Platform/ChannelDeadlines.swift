/// The moments at which one channel wants to be looked at. Setting one costs a store; the loop's heap of deadlines is asked
/// only when the new moment is earlier than the one it already knows.
package struct ChannelDeadlines: Sendable {
    /// For what should arrive: a head, a body, the next request.
    package var read = MonotonicInstant.distantFuture
    /// For bytes that wait to be sent.
    package var write = MonotonicInstant.distantFuture
    /// For the next heartbeat of an event stream.
    package var heartbeat = MonotonicInstant.distantFuture
    /// When the loop will call next, as far as it was asked.
    private var nextCall = MonotonicInstant.distantFuture

    package init() {}

    /// Asks the loop for a call when one of the deadlines is earlier than the call it is going to make.
    package mutating func arm(_ id: ChannelID, on loop: EventLoop) {
        let earliest = min(read, write, heartbeat)
        guard earliest < nextCall else { return }
        nextCall = earliest
        loop.notify(id, at: earliest)
    }

    /// The loop called. False when the call is left over from a deadline that was replaced by an earlier one.
    package mutating func called(at now: MonotonicInstant) -> Bool {
        guard now >= nextCall else { return false }
        nextCall = .distantFuture
        return true
    }
}
