/// State that belongs to one event loop: any code may hold the reference, only the loop's thread may look inside.
package final class LoopBound<State>: @unchecked Sendable {
    // Safe to share: `state` is only touched on the loop's thread, which is checked each time.
    package let loop: EventLoop
    private var state: State

    package init(_ state: sending State, on loop: EventLoop) {
        self.state = state
        self.loop = loop
    }

    /// Lends the state to `body`. Traps on any other thread. Throws only what `body` throws.
    @inline(__always)
    package func withState<Result, Failure: Error>(
        _ body: (inout State) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        precondition(loop.isOnLoop, "only on the loop's own thread")
        return try body(&state)
    }
}
