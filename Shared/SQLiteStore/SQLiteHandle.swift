import CSQLite
import SQL

/// Owns one `sqlite3 *`. Opened without SQLite's own mutex: whoever owns the handle uses it from one thread at a time.
struct SQLiteHandle: ~Copyable {
    let pointer: OpaquePointer

    /// sqlite3_open_v2. Throws `.cannotOpen` and the like.
    init(path: String, flags: Int32) throws(SQLError) {
        var opened: OpaquePointer?
        let status = sqlite3_open_v2(path, &opened, flags | SQLITE_OPEN_NOMUTEX, nil)
        guard status == SQLITE_OK, let pointer = opened else {
            let error = SQLError(sqlite: opened, status: status, phase: .open)
            // sqlite3_open_v2: a handle is returned even on failure, and must be closed.
            sqlite3_close_v2(opened)
            throw error
        }
        sqlite3_extended_result_codes(pointer, 1)
        self.pointer = pointer
    }

    deinit {
        // sqlite3_close_v2: waits for statements that are still open, so the order of release does not matter.
        sqlite3_close_v2(pointer)
    }
}
