import CSQLite
import Platform
import SQL

/// The life of one read: it can be stopped from any thread while it runs, and only then.
///
/// sqlite3_interrupt may be called from any thread as long as the connection is open. The lock makes sure that it is, and
/// that it is this read that runs: the reader's thread passes through ``finish()`` before it does anything else.
final class ReadTicket: Sendable {
    private enum State {
        case waiting
        case running(OpaquePointer)
        case finished
        case cancelled
    }

    // Safe to share: the handle in `running` is used under the lock only.
    private let state = Lock(State.waiting)

    /// Marks the begin on a connection; false when the read was cancelled before.
    func start(on connection: SQLiteConnection) -> Bool {
        connection.withHandle { handle in
            state.withLock { state in
                guard case .waiting = state else { return false }
                state = .running(handle)
                return true
            }
        }
    }

    /// Marks the end. The connection is not touched any more after this.
    func finish() {
        state.withLock { state in
            if case .running = state { state = .finished }
        }
    }

    func cancel() {
        state.withLock { state in
            if case .running(let handle) = state { sqlite3_interrupt(handle) }
            if case .finished = state { return }
            state = .cancelled
        }
    }

    /// Asked before each statement, because sqlite3_interrupt has no effect between two of them.
    var isCancelled: Bool {
        state.withLock { if case .cancelled = $0 { true } else { false } }
    }
}
