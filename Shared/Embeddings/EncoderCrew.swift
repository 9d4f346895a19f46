internal import Platform

/// The workers of an embedder, lent for one batch at a time in the order that ``WorkerLine`` decides.
final class EncoderCrew: Sendable {
    private struct State {
        var line: WorkerLine
        var waiting: [WorkerLine.Ticket: CheckedContinuation<Int, any Error>] = [:]
        var ticketsGiven = 0
    }

    private let workers: [EncoderWorker]
    private let state: Lock<State>

    init(workers: [EncoderWorker]) {
        self.workers = workers
        state = Lock(State(line: WorkerLine(workers: workers.count)))
    }

    var count: Int { workers.count }

    /// Runs `body` with a worker that nobody else has meanwhile.
    /// - Throws: what `body` throws, or `CancellationError` while waiting.
    func withWorker<Result: Sendable>(
        _ urgency: EmbeddingUrgency, _ body: (EncoderWorker) async throws -> Result
    ) async throws -> Result {
        try Task.checkCancellation()
        let worker = try await enter(urgency)
        defer { leave(worker) }
        return try await body(workers[worker])
    }

    private func enter(_ urgency: EmbeddingUrgency) async throws -> Int {
        let ticket = state.withLock { state in
            state.ticketsGiven += 1
            return state.ticketsGiven
        }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let worker = state.withLock { state -> Int? in
                    let worker = state.line.enter(ticket, urgency: urgency)
                    if worker == nil { state.waiting[ticket] = continuation }
                    return worker
                }
                if let worker { continuation.resume(returning: worker) }
                // Cancelled before there was anything to withdraw.
                if worker == nil, Task.isCancelled { withdraw(ticket) }
            }
        } onCancel: {
            withdraw(ticket)
        }
    }

    private func leave(_ worker: Int) {
        let next = state.withLock { state in state.line.leave(worker).flatMap { state.waiting.removeValue(forKey: $0) }
        }
        next?.resume(returning: worker)
    }

    private func withdraw(_ ticket: WorkerLine.Ticket) {
        let continuation = state.withLock { state in
            state.line.withdraw(ticket) ? state.waiting.removeValue(forKey: ticket) : nil
        }
        continuation?.resume(throwing: CancellationError())
    }
}
