import Platform
import SQL

/// A write on its way: queued by any thread, run and settled by the writer.
protocol QueuedWrite: AnyObject, Sendable {
    /// Whether the caller may be told how it ended.
    var isSettled: Bool { get }
    /// Called by the writer when its turn has come; false when it was cancelled before.
    func begin() -> Bool
    /// Runs the closure and keeps what it returned; throws what it threw.
    func run(in connection: any SQLConnection) throws
    /// The transaction is durable: the value may be handed out.
    func succeed()
    /// Nothing of this write was kept.
    func fail(_ error: any Error)
}

/// The one ``QueuedWrite`` there is, generic over what the closure returns.
final class PendingWrite<Value: Sendable>: QueuedWrite {
    private enum State {
        case queued
        case running
        case ran(Value)
        case settled(Result<Value, any Error>)
    }

    private let body: @Sendable (any SQLConnection) throws -> Value
    private let state = Lock(State.queued)

    init(_ body: @escaping @Sendable (any SQLConnection) throws -> Value) {
        self.body = body
    }

    /// How it ended, or `nil` before that.
    var result: Result<Value, any Error>? {
        state.withLock { if case .settled(let result) = $0 { result } else { nil } }
    }

    var isSettled: Bool { result != nil }

    func begin() -> Bool {
        state.withLock { state in
            guard case .queued = state else { return false }
            state = .running
            return true
        }
    }

    func run(in connection: any SQLConnection) throws {
        let value = try body(connection)
        state.withLock { $0 = .ran(value) }
    }

    func succeed() {
        state.withLock { state in
            if case .ran(let value) = state { state = .settled(.success(value)) }
        }
    }

    func fail(_ error: any Error) {
        state.withLock { state in
            if case .settled = state { return }
            state = .settled(.failure(error))
        }
    }

    /// Takes the write out of the queue unless it has begun; one that has begun is finished.
    func cancel() {
        state.withLock { state in
            if case .queued = state { state = .settled(.failure(CancellationError())) }
        }
    }
}
