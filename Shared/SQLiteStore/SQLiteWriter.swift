import Platform
import SQL

/// The one connection that writes, on a thread of its own.
///
/// Group commit: all writes that are queued when the writer gets round to them share one BEGIN IMMEDIATE … COMMIT, and so
/// one fsync. Each runs in a savepoint: one that throws is rolled back alone. Nobody is told anything before the COMMIT,
/// and when that fails, all of them fail.
actor SQLiteWriter {
    private let executor: BlockingExecutor
    private let queue: WriteQueue
    private let options: SQLiteOptions
    private var connection: SQLiteConnection?
    private(set) var commitCount = 0

    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    init(options: SQLiteOptions) {
        self.options = options
        executor = BlockingExecutor(name: "sqlite-writer")
        queue = WriteQueue(limit: options.waitingWritesMax)
    }

    func open(path: String) throws {
        try SQLiteLibrary.prepareFile(at: path)
        connection = try SQLiteConnection(path: path, access: .readWrite, options: options)
    }

    /// Queues `body` and waits until the transaction it ran in has been committed.
    nonisolated func write<Value: Sendable>(
        _ body: @escaping @Sendable (any SQLConnection) throws -> Value
    ) async throws -> Value {
        let write = PendingWrite(body)
        try queue.append(write)
        await withTaskCancellationHandler {
            await settle(write)
        } onCancel: {
            write.cancel()
        }
        guard let result = write.result else { throw SQLError(.closed, "the database is closed") }
        return try result.get()
    }

    /// Commits batches until `write` is in one of them. The first caller to get here settles for those queued behind it,
    /// who then find their work done.
    private func settle(_ write: any QueuedWrite) {
        while !write.isSettled { commitBatch() }
    }

    private func commitBatch() {
        guard let first = nextWrite() else { return }
        guard let connection else { return first.fail(SQLError(.closed, "the database is closed")) }
        var batch = WriteBatch(connection: connection)
        let deadline = ContinuousClock.now + options.batchDurationMax
        do throws(SQLError) {
            try batch.begin()
            try batch.run(first)
            while batch.count < options.batchWritesMax, ContinuousClock.now < deadline, let next = nextWrite() {
                try batch.run(next)
            }
            try batch.commit()
            commitCount += 1
        } catch {
            batch.abandon(error, also: first)
        }
    }

    private func nextWrite() -> (any QueuedWrite)? {
        while let write = queue.takeFirst() {
            if write.begin() { return write }
        }
        return nil
    }

    /// Runs `body` on the writer's connection outside of any transaction.
    func withIdleConnection<T: Sendable>(_ body: @Sendable (SQLiteConnection) throws -> T) throws -> T {
        guard let connection else { throw SQLError(.closed, "the database is closed") }
        return try body(connection)
    }

    /// Fails what comes too late, moves the write-ahead log into the database file and closes the connection. Writes that
    /// were asked for before have been committed: their turn on this actor came before this one.
    func close() {
        queue.close()
        while let write = nextWrite() {
            write.fail(SQLError(.closed, "the database is closed"))
        }
        // Failing to checkpoint loses nothing: the log is read at the next start.
        try? connection?.runScript("PRAGMA wal_checkpoint(TRUNCATE)")
        connection = nil
    }
}
