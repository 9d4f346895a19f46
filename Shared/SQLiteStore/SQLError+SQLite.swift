import CSQLite
import Glibc
import SQL

extension SQLError {
    /// In which call a failure came up, which decides whether SQLite's message may be shown.
    enum Phase {
        case open
        case prepare
        case step
    }

    /// Describes `status`, which the connection `handle` has just returned: sqlite3_errmsg is read at once.
    ///
    /// SQLite's own message is kept only where it cannot contain values: when preparing it speaks about the statement's
    /// text, and for constraints about names. Messages of a running statement, such as those of a full-text query, may
    /// quote what a user typed.
    init(
        sqlite handle: OpaquePointer?, status: Int32, phase: Phase, statement: String? = nil,
        file: String = #fileID, line: Int = #line
    ) {
        let code = Code(
            sqliteStatus: status, systemError: handle.map { sqlite3_system_errno($0) } ?? 0,
            isPreparing: phase == .prepare)
        let isSafe = phase == .prepare || status & 0xff == SQLITE_CONSTRAINT
        let text = isSafe ? handle.flatMap { sqlite3_errmsg($0) } : sqlite3_errstr(status & 0xff)
        self.init(
            code, text.map { String(cString: $0) } ?? "unknown failure", statement: statement,
            engineCode: String(status), file: file, line: line)
    }

    /// Whether the whole transaction is lost with this error, not only the statement.
    var isFatalForTransaction: Bool {
        [.full, .io, .corrupt, .closed].contains(code)
    }
}

extension SQLError.Code {
    /// The house's code for a result code of SQLite's (sqlite.org/rescode.html).
    init(sqliteStatus status: Int32, systemError: Int32, isPreparing: Bool) {
        switch status {
        case 2067, 1555, 2579: self = .uniqueViolation  // SQLITE_CONSTRAINT_UNIQUE, _PRIMARYKEY, _ROWID
        case 787: self = .foreignKeyViolation  // SQLITE_CONSTRAINT_FOREIGNKEY
        case 1299: self = .notNullViolation  // SQLITE_CONSTRAINT_NOTNULL
        case 3091: self = .type  // SQLITE_CONSTRAINT_DATATYPE, of STRICT tables
        default: self = Self.primary(status & 0xff, systemError: systemError, isPreparing: isPreparing)
        }
    }

    private static func primary(_ status: Int32, systemError: Int32, isPreparing: Bool) -> Self {
        switch status {
        case SQLITE_CONSTRAINT: .checkViolation
        case SQLITE_BUSY, SQLITE_LOCKED, SQLITE_PROTOCOL: .busy
        case SQLITE_FULL: .full
        // A quota, or a full disk met while extending the shared-memory file, is reported as an I/O error.
        case SQLITE_IOERR: systemError == ENOSPC || systemError == EDQUOT ? .full : .io
        case SQLITE_CORRUPT, SQLITE_NOTADB: .corrupt
        case SQLITE_READONLY, SQLITE_PERM, SQLITE_AUTH: .readOnly
        case SQLITE_CANTOPEN: .cannotOpen
        case SQLITE_TOOBIG: .tooBig
        case SQLITE_MISMATCH: .type
        case SQLITE_INTERRUPT: .interrupted
        case SQLITE_MISUSE, SQLITE_RANGE: .misuse
        case SQLITE_ERROR: .syntax
        default: .engine
        }
    }
}
