import Platform

/// Lets callers with the same key pass a few at a time, in the order they came. Sign-in tries for one account go one by
/// one, so that the count of failures is right before the next is checked, however many come at once.
final class Turnstile: Sendable {
    /// More than this waiting for one key are turned away.
    static let waitingMax = 64

    /// Too many are waiting already.
    struct Crowded: Error {}

    private enum Outcome {
        case inside, cancelled, crowded
    }

    private struct Waiter {
        let ticket: Identifier
        let continuation: CheckedContinuation<Outcome, Never>
    }

    private struct Gate {
        var inside = 0
        var waiting: [Waiter] = []
    }

    /// Gates that somebody is at.
    private let gates = Lock<[String: Gate]>([:])

    /// How many keys are in use.
    var keyCount: Int { gates.withLock { $0.count } }

    /// Runs `body` while at most `width` callers with this key are inside.
    ///
    /// - Throws: `Crowded`, `CancellationError` while waiting, or what `body` throws.
    func pass<Result>(_ key: String, width: Int, _ body: () async throws -> Result) async throws -> Result {
        let ticket = Identifier.make()
        let outcome = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                enter(key, width: width, Waiter(ticket: ticket, continuation: continuation))
            }
        } onCancel: {
            cancel(key, ticket)
        }
        switch outcome {
        case .inside: break
        case .cancelled: throw CancellationError()
        case .crowded: throw Crowded()
        }
        defer { leave(key) }
        return try await body()
    }

    private func enter(_ key: String, width: Int, _ waiter: Waiter) {
        let outcome = gates.withLock { gates -> Outcome? in
            // A task is marked as cancelled before `onCancel` runs, so it is seen either here or there.
            if Task.isCancelled { return .cancelled }
            var gate = gates[key] ?? Gate()
            if gate.inside >= width {
                guard gate.waiting.count < Self.waitingMax else { return .crowded }
                gate.waiting.append(waiter)
                gates[key] = gate
                return nil
            }
            gate.inside += 1
            gates[key] = gate
            return .inside
        }
        if let outcome { waiter.continuation.resume(returning: outcome) }
    }

    private func cancel(_ key: String, _ ticket: Identifier) {
        let waiter = gates.withLock { gates -> Waiter? in
            guard let index = gates[key]?.waiting.firstIndex(where: { $0.ticket == ticket }) else { return nil }
            return gates[key]?.waiting.remove(at: index)
        }
        waiter?.continuation.resume(returning: .cancelled)
    }

    /// Hands the place to the next in line, or gives it up.
    private func leave(_ key: String) {
        let next = gates.withLock { gates -> Waiter? in
            guard var gate = gates[key] else { return nil }
            if !gate.waiting.isEmpty {
                let next = gate.waiting.removeFirst()
                gates[key] = gate
                return next
            }
            gate.inside -= 1
            gates[key] = gate.inside == 0 ? nil : gate
            return nil
        }
        next?.continuation.resume(returning: .inside)
    }
}
