import Platform
import SQL

/// Writes in the order of their arrival, bounded.
final class WriteQueue: Sendable {
    private struct State {
        var writes: [any QueuedWrite] = []
        var head = 0
        var isClosed = false
    }

    private let state = Lock(State())
    private let limit: Int

    init(limit: Int) {
        self.limit = limit
    }

    /// Throws `.busy` at the limit and `.closed` after ``close()``.
    func append(_ write: any QueuedWrite) throws(SQLError) {
        try state.withLock { state throws(SQLError) in
            guard !state.isClosed else { throw SQLError(.closed, "the database is closed") }
            guard state.writes.count - state.head < limit else {
                throw SQLError(.busy, "\(limit) writes are waiting already")
            }
            state.writes.append(write)
        }
    }

    func takeFirst() -> (any QueuedWrite)? {
        state.withLock { state in
            guard state.head < state.writes.count else {
                state.writes.removeAll(keepingCapacity: state.writes.capacity <= 1024)
                state.head = 0
                return nil
            }
            let write = state.writes[state.head]
            state.head += 1
            if state.head >= 1024, state.head * 2 > state.writes.count {
                state.writes.removeFirst(state.head)
                state.head = 0
            }
            return write
        }
    }

    func close() {
        state.withLock { $0.isClosed = true }
    }
}
