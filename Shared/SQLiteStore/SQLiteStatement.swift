import CSQLite
import SQL

/// Owns one `sqlite3_stmt *`.
struct SQLiteStatementHandle: ~Copyable {
    let pointer: OpaquePointer

    /// Takes over a statement made by sqlite3_prepare_v3.
    init(owning pointer: OpaquePointer) {
        self.pointer = pointer
    }

    deinit {
        // sqlite3_finalize repeats the error of the last step, which has been reported already.
        sqlite3_finalize(pointer)
    }
}

/// A prepared statement with the names of its columns, confined to its connection's thread.
final class SQLiteStatement {
    private let handle: SQLiteStatementHandle
    /// The connection, borrowed: it outlives its statements.
    private let database: OpaquePointer
    let text: String
    private var names: [String] = []
    private var namesVersion: Int32 = -1

    init(owning pointer: OpaquePointer, database: OpaquePointer, text: String) {
        handle = SQLiteStatementHandle(owning: pointer)
        self.database = database
        self.text = text
    }

    /// Whether running it changes nothing: sqlite3_stmt_readonly.
    var isReadOnly: Bool { sqlite3_stmt_readonly(handle.pointer) != 0 }

    /// Binds `arguments` as parameters 1, 2, 3 and so on. There must be as many as the statement has.
    func bind(_ arguments: [SQLValue]) throws(SQLError) {
        let expected = Int(sqlite3_bind_parameter_count(handle.pointer))
        guard expected == arguments.count else {
            throw SQLError(
                .misuse, "the statement has \(expected) parameters, given were \(arguments.count)", statement: text)
        }
        for (offset, argument) in arguments.enumerated() {
            let status = bind(argument, at: Int32(offset + 1))
            guard status == SQLITE_OK else { throw failure(status) }
        }
    }

    private func bind(_ value: SQLValue, at index: Int32) -> Int32 {
        switch value {
        case .null:
            return sqlite3_bind_null(handle.pointer, index)
        case .integer(let integer):
            return sqlite3_bind_int64(handle.pointer, index, integer)
        case .real(let real):
            return sqlite3_bind_double(handle.pointer, index, real)
        case .text(var text):
            return text.withUTF8 { bytes in
                bytes.withMemoryRebound(to: CChar.self) { characters in
                    csqlite_bind_text(handle.pointer, index, characters.baseAddress, UInt64(characters.count))
                }
            }
        case .blob(let bytes):
            return bytes.withUnsafeBytes { buffer in
                csqlite_bind_blob(handle.pointer, index, buffer.baseAddress, UInt64(buffer.count))
            }
        }
    }

    /// sqlite3_step: true when there is a row, false at the end.
    func step() throws(SQLError) -> Bool {
        let status = sqlite3_step(handle.pointer)
        switch status {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        default: throw failure(status)
        }
    }

    /// The row that the last step has arrived at, copied out of SQLite's memory.
    func row() -> SQLRow {
        // sqlite3_stmt_status: the statement is compiled anew when the schema has changed; only then names may differ.
        let version = sqlite3_stmt_status(handle.pointer, SQLITE_STMTSTATUS_REPREPARE, 0)
        let count = sqlite3_column_count(handle.pointer)
        if version != namesVersion || names.count != Int(count) {
            names = (0..<count).map { sqlite3_column_name(handle.pointer, $0).map { String(cString: $0) } ?? "" }
            namesVersion = version
        }
        return SQLRow(columns: names, values: (0..<count).map(value(at:)))
    }

    private func value(at column: Int32) -> SQLValue {
        switch sqlite3_column_type(handle.pointer, column) {
        case SQLITE_INTEGER:
            return .integer(sqlite3_column_int64(handle.pointer, column))
        case SQLITE_FLOAT:
            return .real(sqlite3_column_double(handle.pointer, column))
        case SQLITE_TEXT:
            // sqlite3_column_text before sqlite3_column_bytes, as the manual asks.
            let text = sqlite3_column_text(handle.pointer, column)
            let count = Int(sqlite3_column_bytes(handle.pointer, column))
            return .text(
                String(decoding: UnsafeBufferPointer(start: text, count: text == nil ? 0 : count), as: UTF8.self))
        case SQLITE_BLOB:
            let bytes = sqlite3_column_blob(handle.pointer, column)
            let count = Int(sqlite3_column_bytes(handle.pointer, column))
            return .blob([UInt8](UnsafeRawBufferPointer(start: bytes, count: bytes == nil ? 0 : count)))
        default:
            return .null
        }
    }

    /// Makes the statement ready for its next use and lets go of the values bound.
    func reset() {
        // sqlite3_reset repeats the error of the last step, which has been reported already.
        sqlite3_reset(handle.pointer)
        sqlite3_clear_bindings(handle.pointer)
    }

    private func failure(_ status: Int32) -> SQLError {
        SQLError(sqlite: database, status: status, phase: .step, statement: text)
    }
}
