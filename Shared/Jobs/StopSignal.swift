import Platform

/// Tells one waiting task why a job has to stop. Fires once; later reasons are ignored.
final class StopSignal: Sendable {
    enum Reason: Sendable {
        case cancelRequested
        case shutdown
        case leaseLost
        case timeLimit
    }

    private struct State {
        var reason: Reason?
        var waiter: CheckedContinuation<Reason?, Never>?
    }

    private let state = Lock(State())

    var reason: Reason? { state.withLock { $0.reason } }

    func fire(_ reason: Reason) {
        let waiter = state.withLock { state -> CheckedContinuation<Reason?, Never>? in
            guard state.reason == nil else { return nil }
            state.reason = reason
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.resume(returning: reason)
    }

    /// Returns when it fires, or `nil` when the waiting task is cancelled. For one task.
    func wait() async -> Reason? {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let answer: Reason?? = state.withLock { state in
                    if let reason = state.reason { return reason }
                    if Task.isCancelled { return .some(nil) }
                    state.waiter = continuation
                    return nil
                }
                if let answer { continuation.resume(returning: answer) }
            }
        } onCancel: {
            let waiter = state.withLock { state in
                defer { state.waiter = nil }
                return state.waiter
            }
            waiter?.resume(returning: nil)
        }
    }
}
