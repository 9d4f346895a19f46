import CSQLite
import Platform
import SQL

/// One open database file with its prepared statements, confined to one actor's thread.
///
/// Knows nothing about who may use it when; ``SQLiteLoan`` is what callers see.
final class SQLiteConnection {
    private let handle: SQLiteHandle
    private var cache: StatementCache

    enum Access {
        case readWrite
        case read
    }

    /// Opens and configures `path`. Throws when the file cannot be opened, is no database, or cannot have a
    /// write-ahead log (as on some network file systems).
    init(path: String, access: Access, options: SQLiteOptions) throws(SQLError) {
        let create = access == .readWrite ? SQLITE_OPEN_CREATE : 0
        handle = try SQLiteHandle(path: path, flags: SQLITE_OPEN_READWRITE | create)
        cache = StatementCache(capacity: options.statementsMax)
        sqlite3_busy_timeout(handle.pointer, Int32(clamping: options.busyTimeout.wholeMilliseconds))
        try runScript("PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY; PRAGMA trusted_schema = OFF")
        try runScript("PRAGMA cache_size = -\(options.cacheBytes >> 10)")
        switch access {
        case .readWrite:
            let mode = try run("PRAGMA journal_mode = WAL", [], limit: 1).first?.get(at: 0, as: String.self)
            guard mode == "wal" else {
                throw SQLError(.cannotOpen, "the file system does not allow a write-ahead log")
            }
            try runScript("PRAGMA synchronous = FULL; PRAGMA journal_size_limit = \(options.walBytesMax)")
        case .read:
            try runScript("PRAGMA query_only = ON")
        }
    }

    /// Whether no transaction is open: sqlite3_get_autocommit.
    var isInAutocommit: Bool { sqlite3_get_autocommit(handle.pointer) != 0 }

    /// Whether a deferred foreign key is violated by what the transaction has done so far.
    var hasDeferredViolation: Bool {
        var current: Int32 = 0
        var highest: Int32 = 0
        sqlite3_db_status(handle.pointer, SQLITE_DBSTATUS_DEFERRED_FKS, &current, &highest, 0)
        return current != 0
    }

    /// Runs a statement and hands each row to `body` while it runs.
    func forEach(_ text: String, _ arguments: [SQLValue], _ body: (SQLRow) throws -> Void) throws {
        let statement = try take(text)
        defer { giveBack(statement) }
        try statement.bind(arguments)
        while try statement.step() { try body(statement.row()) }
    }

    /// Runs a statement to its end and returns the rows, `limit` at most.
    func run(_ text: String, _ arguments: [SQLValue], limit: Int = .max) throws(SQLError) -> [SQLRow] {
        let statement = try take(text)
        defer { giveBack(statement) }
        try statement.bind(arguments)
        var rows: [SQLRow] = []
        while rows.count < limit, try statement.step() { rows.append(statement.row()) }
        return rows
    }

    /// Runs a statement to its end and returns the number of rows changed.
    @discardableResult
    func change(_ text: String, _ arguments: [SQLValue] = []) throws(SQLError) -> Int {
        let statement = try take(text)
        defer { giveBack(statement) }
        try statement.bind(arguments)
        let before = sqlite3_total_changes64(handle.pointer)
        while try statement.step() {}
        return changes(since: before)
    }

    /// sqlite3_changes64 keeps the number of an earlier statement when the last one changed nothing.
    private func changes(since total: Int64) -> Int {
        sqlite3_total_changes64(handle.pointer) == total ? 0 : Int(sqlite3_changes64(handle.pointer))
    }

    /// Runs one statement after the other; `check` may refuse each of them by its text.
    func runScript(_ script: String, check: (String) throws(SQLError) -> Void = { _ in }) throws(SQLError) {
        var bytes = [CChar](script.utf8.map { CChar(bitPattern: $0) })
        bytes.append(0)
        var offset = 0
        while offset < bytes.count - 1 {
            let (statement, length) = try prepareOne(bytes, at: offset)
            offset += length
            guard let statement else { continue }
            try check(statement.text)
            while try statement.step() {}
        }
    }

    private func prepareOne(_ bytes: [CChar], at offset: Int) throws(SQLError) -> (SQLiteStatement?, length: Int) {
        var pointer: OpaquePointer?
        let (status, length) = bytes.withUnsafeBufferPointer { buffer -> (Int32, Int) in
            guard let base = buffer.baseAddress else { return (SQLITE_OK, buffer.count) }
            var tail: UnsafePointer<CChar>?
            let rest = Int32(clamping: buffer.count - offset)
            let status = sqlite3_prepare_v3(handle.pointer, base + offset, rest, 0, &pointer, &tail)
            return (status, tail.map { $0 - (base + offset) } ?? buffer.count - offset)
        }
        let text = String(decoding: bytes[offset..<(offset + length)].map { UInt8(bitPattern: $0) }, as: UTF8.self)
        guard status == SQLITE_OK else {
            throw SQLError(sqlite: handle.pointer, status: status, phase: .prepare, statement: text)
        }
        // Whitespace and comments give no statement.
        guard let pointer else { return (nil, max(length, 1)) }
        return (SQLiteStatement(owning: pointer, database: handle.pointer, text: text), max(length, 1))
    }

    private func take(_ text: String) throws(SQLError) -> SQLiteStatement {
        if let statement = cache.take(text) { return statement }
        var pointer: OpaquePointer?
        var copy = text
        let (status, hasRest) = copy.withUTF8 { bytes -> (Int32, Bool) in
            bytes.withMemoryRebound(to: CChar.self) { characters in
                var tail: UnsafePointer<CChar>?
                let status = sqlite3_prepare_v3(
                    handle.pointer, characters.baseAddress, Int32(clamping: characters.count),
                    UInt32(SQLITE_PREPARE_PERSISTENT), &pointer, &tail)
                guard let base = characters.baseAddress, let tail else { return (status, false) }
                return (status, characters[(tail - base)...].contains { !Self.isBlank($0) })
            }
        }
        guard status == SQLITE_OK else {
            throw SQLError(sqlite: handle.pointer, status: status, phase: .prepare, statement: text)
        }
        guard let pointer else { throw SQLError(.syntax, "the text contains no statement", statement: text) }
        let statement = SQLiteStatement(owning: pointer, database: handle.pointer, text: text)
        guard !hasRest else { throw SQLError(.syntax, "the text contains more than one statement", statement: text) }
        return statement
    }

    private func giveBack(_ statement: SQLiteStatement) {
        statement.reset()
        cache.put(statement)
    }

    /// Space, line ends, tab and the semicolon.
    private static func isBlank(_ character: CChar) -> Bool {
        [9, 10, 13, 32, 59].contains(character)
    }

    /// Lends the raw handle for the backup calls, which take two connections.
    func withHandle<T>(_ body: (OpaquePointer) throws -> T) rethrows -> T {
        try body(handle.pointer)
    }
}
