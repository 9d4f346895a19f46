import SQL

/// One transaction of several writes, each in a savepoint of its own. Used on the writer's thread.
struct WriteBatch {
    private let connection: SQLiteConnection
    /// What ran to its end and waits for the commit.
    private var survivors: [any QueuedWrite] = []
    private var actions: [@Sendable () -> Void] = []
    private(set) var count = 0

    init(connection: SQLiteConnection) {
        self.connection = connection
    }

    func begin() throws(SQLError) {
        try connection.change("BEGIN IMMEDIATE")
    }

    /// Runs one write. What its closure throws settles that write alone; what is thrown here ends the batch.
    mutating func run(_ write: any QueuedWrite) throws(SQLError) {
        count += 1
        survivors.append(write)
        try connection.change("SAVEPOINT write")
        let loan = SQLiteLoan(of: connection)
        var failure: (any Error)?
        do {
            try write.run(in: loan)
        } catch {
            failure = error
        }
        let wanted = loan.end()
        // Some failures (a full disk, an I/O error) and statements such as INSERT OR ROLLBACK end the transaction.
        guard !connection.isInAutocommit else {
            throw (failure as? SQLError) ?? SQLError(.engine, "a write ended the transaction it shared")
        }
        if failure == nil, connection.hasDeferredViolation {
            failure = SQLError(.foreignKeyViolation, "a deferred foreign key has no row to refer to")
        }
        if let failure {
            try connection.change("ROLLBACK TO write")
            try connection.change("RELEASE write")
            survivors.removeLast()
            write.fail(failure)
        } else {
            try connection.change("RELEASE write")
            actions += wanted
        }
    }

    /// Makes all of it durable, then tells everybody.
    func commit() throws(SQLError) {
        try connection.change("COMMIT")
        for action in actions { action() }
        for write in survivors { write.succeed() }
    }

    /// Nothing is kept: everybody who has not been told otherwise fails with `error`.
    func abandon(_ error: SQLError, also first: any QueuedWrite) {
        // Fails when the engine has rolled back by itself, which is what is wanted.
        if !connection.isInAutocommit { _ = try? connection.change("ROLLBACK") }
        first.fail(error)
        for write in survivors { write.fail(error) }
    }
}
