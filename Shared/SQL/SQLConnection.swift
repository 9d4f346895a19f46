/// A connection inside one transaction, lent to a closure by ``SQLDatabase``.
///
/// Not Sendable: it stays on the thread of the closure and must not be kept. Used after the closure has returned, every
/// method throws `.misuse`. Transactions are the database's business: statements such as COMMIT are refused.
package protocol SQLConnection {
    /// Which SQL this connection speaks.
    var dialect: SQLDialect { get }

    /// All rows of `query`. For results of unknown size use ``forEach(_:_:)``.
    func query(_ query: SQLQuery) throws(SQLError) -> [SQLRow]

    /// The first row of `query`, or `nil`; further rows are not read.
    func first(_ query: SQLQuery) throws(SQLError) -> SQLRow?

    /// Runs `query` and returns how many rows it inserted, changed or removed.
    @discardableResult
    func execute(_ query: SQLQuery) throws(SQLError) -> Int

    /// Hands each row of `query` to `body` while the statement runs. Throws what `body` throws and stops there.
    func forEach(_ query: SQLQuery, _ body: (SQLRow) throws -> Void) throws

    /// Runs several statements without parameters, for migrations. The text must be the program's own.
    func executeScript(_ script: String) throws(SQLError)

    /// Has `action` called once the transaction is durable, and never when it is rolled back.
    ///
    /// It runs on the database's own thread: it must return at once, and hand real work to somebody else.
    func afterCommit(_ action: @escaping @Sendable () -> Void)
}

/// A database that lends connections to closures.
///
/// The closures run on a thread of the store's, never on the caller's executor, and must not wait for anything else.
package protocol SQLDatabase: Sendable {
    var dialect: SQLDialect { get }

    /// Runs `body` in a read transaction: it sees one consistent state, and writing throws `.readOnly`.
    ///
    /// Several reads run at once. When the calling task is cancelled a running statement is interrupted and the call
    /// throws `CancellationError`.
    func read<T: Sendable>(_ body: @escaping @Sendable (any SQLConnection) throws -> T) async throws -> T

    /// Runs `body` in a write transaction. All of it is durable when this returns, and nothing of it when it throws.
    ///
    /// `body` runs at most once. When the task is cancelled before `body` has begun the call throws
    /// `CancellationError`; a write that has begun is finished.
    func write<T: Sendable>(_ body: @escaping @Sendable (any SQLConnection) throws -> T) async throws -> T

    /// Gives space that is no longer used back to the file system. Takes a while; writes wait meanwhile.
    func vacuum() async throws

    /// Waits for what is running, then closes all connections. Later calls throw `.closed`.
    func close() async
}
