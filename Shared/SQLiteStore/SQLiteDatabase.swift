import Glibc
package import Logs
import Platform
package import SQL

/// A SQLite file as a ``SQLDatabase``: one writer with group commit and a few readers, each on a thread of its own.
///
/// Write-ahead log with `synchronous = FULL`: what a `write` has returned survives a crash of the machine. Other processes
/// may use the same file; only local disks will do.
package final class SQLiteDatabase: SQLDatabase {
    package let dialect = SQLDialect.sqlite

    private let writer: SQLiteWriter
    private let pool: ReaderPool
    private let logger: Logger?

    /// Opens `path` and creates it, and the folder it is in, when missing; readable for this user only.
    ///
    /// Throws `.cannotOpen`, `.corrupt` when the file is no database, `.io` and the like.
    package init(path: String, logger: Logger? = nil, options: SQLiteOptions = SQLiteOptions()) async throws {
        self.logger = logger
        writer = SQLiteWriter(options: options)
        pool = ReaderPool(options: options)
        try await writer.open(path: path)
        try await pool.open(path: path, options: options)
        logger?.debug("database opened", [("sqlite.version", SQLiteLibrary.version)])
    }

    package func read<T: Sendable>(_ body: @escaping @Sendable (any SQLConnection) throws -> T) async throws -> T {
        try await pool.read(body)
    }

    package func write<T: Sendable>(_ body: @escaping @Sendable (any SQLConnection) throws -> T) async throws -> T {
        try await writer.write(body)
    }

    package func vacuum() async throws {
        try await writer.withIdleConnection { connection in
            try connection.runScript("PRAGMA optimize; VACUUM; PRAGMA wal_checkpoint(TRUNCATE)")
        }
    }

    /// How many transactions have been committed; compared with the number of writes it tells how many share one.
    package var commitCount: Int {
        get async { await writer.commitCount }
    }

    /// Copies the database as it is at this moment into the file `path`, while others go on reading and writing.
    /// The file appears complete, synced and under its name, or not at all.
    package func backUp(to path: String) async throws {
        try await pool.withReader { try await $0.backUp(to: path) }
    }

    /// Throws `.corrupt` when SQLite's own check finds the file damaged. Reads all of it.
    package func check() async throws {
        let verdict = try await read { try $0.first("PRAGMA quick_check(1)")?.get(at: 0, as: String.self) }
        guard verdict == "ok" else { throw SQLError(.corrupt, "the integrity check found damage") }
    }

    /// Lets what is running finish, moves the write-ahead log into the file and closes it.
    package func close() async {
        await pool.close()
        await writer.close()
        logger?.debug("database closed")
    }
}
