import Platform
import SQL

/// Who has which reader, and who waits: decisions without I/O.
struct ReaderQueue<Waiter> {
    private var idle: [Int]
    private var waiters: [(id: UInt64, waiter: Waiter)] = []
    private var lastID: UInt64 = 0
    private(set) var isClosed = false
    private let waitersMax: Int

    init(readers: Int, waitersMax: Int) {
        // The last one given back is warm and is taken first.
        idle = Array((0..<readers).reversed())
        self.waitersMax = waitersMax
    }

    /// An idle reader, or `nil` when the caller has to wait.
    mutating func take() -> Int? {
        idle.popLast()
    }

    /// Queues a waiter and returns its number; `nil` at the limit.
    mutating func wait(_ waiter: Waiter) -> UInt64? {
        guard waiters.count < waitersMax else { return nil }
        lastID += 1
        waiters.append((lastID, waiter))
        return lastID
    }

    /// Gives a reader back: to the first who waits, or to the idle ones.
    mutating func giveBack(_ reader: Int) -> Waiter? {
        if waiters.isEmpty {
            idle.append(reader)
            return nil
        }
        return waiters.removeFirst().waiter
    }

    mutating func cancel(_ id: UInt64) -> Waiter? {
        guard let index = waiters.firstIndex(where: { $0.id == id }) else { return nil }
        return waiters.remove(at: index).waiter
    }

    /// Nobody waits any more; those who did are returned.
    mutating func close() -> [Waiter] {
        isClosed = true
        defer { waiters = [] }
        return waiters.map(\.waiter)
    }
}

/// The readers of a database, each lent to one read at a time, first come first served.
final class ReaderPool: Sendable {
    private typealias Turn = CheckedContinuation<Int, any Error>

    private let readers: [SQLiteReader]
    private let queue: Lock<ReaderQueue<Turn>>

    init(options: SQLiteOptions) {
        let count = max(1, options.readers)
        readers = (0..<count).map(SQLiteReader.init(number:))
        queue = Lock(ReaderQueue(readers: count, waitersMax: options.waitingReadsMax))
    }

    func open(path: String, options: SQLiteOptions) async throws {
        for reader in readers { try await reader.open(path: path, options: options) }
    }

    /// Runs `body` on the next reader that is free. A cancelled task leaves the queue or has its statement interrupted.
    func read<Value: Sendable>(
        _ body: @escaping @Sendable (any SQLConnection) throws -> Value
    ) async throws -> Value {
        try await withReader { reader in
            let ticket = ReadTicket()
            return try await withTaskCancellationHandler {
                try await reader.read(ticket: ticket, body)
            } onCancel: {
                ticket.cancel()
            }
        }
    }

    /// Lends the next reader that is free.
    func withReader<Value: Sendable>(_ body: (SQLiteReader) async throws -> Value) async throws -> Value {
        let number = try await take()
        defer { giveBack(number) }
        return try await body(readers[number])
    }

    /// Fails those who wait, lets the others finish, and closes the connections.
    func close() async {
        for turn in queue.withLock({ $0.close() }) {
            turn.resume(throwing: SQLError(.closed, "the database is closed"))
        }
        for reader in readers { await reader.close() }
    }

    private func take() async throws -> Int {
        let id = Lock<UInt64?>(nil)
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (turn: Turn) in
                enqueue(turn, id: id)
            }
        } onCancel: {
            // Both under the queue's lock: either this sees the number, or `enqueue` sees the cancellation.
            let waiting = queue.withLock { queue in id.withLock { $0 }.flatMap { queue.cancel($0) } }
            waiting?.resume(throwing: CancellationError())
        }
    }

    private func enqueue(_ turn: Turn, id: Lock<UInt64?>) {
        let outcome: Result<Int, any Error>? = queue.withLock { queue in
            if queue.isClosed { return .failure(SQLError(.closed, "the database is closed")) }
            if Task.isCancelled { return .failure(CancellationError()) }
            if let reader = queue.take() { return .success(reader) }
            guard let waiting = queue.wait(turn) else {
                return .failure(SQLError(.busy, "too many reads are waiting"))
            }
            id.withLock { $0 = waiting }
            return nil
        }
        if let outcome { turn.resume(with: outcome) }
    }

    private func giveBack(_ reader: Int) {
        queue.withLock { $0.giveBack(reader) }?.resume(returning: reader)
    }
}
