import Platform
import SQL

/// One connection that only reads, on a thread of its own.
actor SQLiteReader {
    private let executor: BlockingExecutor
    private var connection: SQLiteConnection?

    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    init(number: Int) {
        executor = BlockingExecutor(name: "sqlite-read-\(number)")
    }

    func open(path: String, options: SQLiteOptions) throws {
        connection = try SQLiteConnection(path: path, access: .read, options: options)
    }

    /// Runs `body` in a read transaction.
    func read<Value: Sendable>(
        ticket: ReadTicket, _ body: @Sendable (any SQLConnection) throws -> Value
    ) throws -> Value {
        guard let connection else { throw SQLError(.closed, "the database is closed") }
        guard ticket.start(on: connection) else { throw CancellationError() }
        defer { ticket.finish() }
        do {
            try connection.change("BEGIN")
            // A read has nothing to lose: COMMIT and ROLLBACK end it alike, and failing to end it is not its failure.
            defer { if !connection.isInAutocommit { _ = try? connection.change("ROLLBACK") } }
            let loan = SQLiteLoan(of: connection, ticket: ticket)
            let result = Result { try body(loan) }
            let actions = loan.end()
            let value = try result.get()
            for action in actions { action() }
            return value
        } catch let error as SQLError where error.code == .interrupted {
            throw CancellationError()
        }
    }

    /// Copies the whole database as it is at this moment into the file `path`.
    func backUp(to path: String) throws {
        guard let connection else { throw SQLError(.closed, "the database is closed") }
        try SQLiteBackup.run(from: connection, to: path)
    }

    func close() {
        connection = nil
    }
}
