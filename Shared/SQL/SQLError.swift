/// What went wrong in a database, without any of the values involved.
package struct SQLError: Error, Sendable, CustomStringConvertible {
    /// The kinds of failure that callers treat differently. Opaque, so that kinds can be added.
    package struct Code: Sendable, Hashable, CustomStringConvertible {
        package let description: String

        private init(_ description: String) {
            self.description = description
        }

        /// A second row with the same key.
        package static let uniqueViolation = Code("unique_violation")
        /// A reference to a row that does not exist, or a row removed that is still referred to.
        package static let foreignKeyViolation = Code("foreign_key_violation")
        /// A NOT NULL column without a value.
        package static let notNullViolation = Code("not_null_violation")
        /// A CHECK condition that does not hold.
        package static let checkViolation = Code("check_violation")
        /// Another process or transaction holds the lock, or all connections are taken. Worth a retry.
        package static let busy = Code("busy")
        /// The disk or the database is full.
        package static let full = Code("full")
        /// The file is not a sound database.
        package static let corrupt = Code("corrupt")
        /// Reading or writing the file failed.
        package static let io = Code("io")
        /// The file, its folder or the connection allows no writing.
        package static let readOnly = Code("read_only")
        /// The file or server could not be opened.
        package static let cannotOpen = Code("cannot_open")
        /// The statement is wrong, or names something that does not exist.
        package static let syntax = Code("syntax")
        /// A column is missing or holds another type than asked for.
        package static let type = Code("type")
        /// A value is larger than the engine takes, or a statement has too many parameters.
        package static let tooBig = Code("too_big")
        /// The caller was cancelled and the statement stopped.
        package static let interrupted = Code("interrupted")
        /// The database has been closed.
        package static let closed = Code("closed")
        /// A connection used outside the closure it was lent to, or transaction control inside one.
        package static let misuse = Code("misuse")
        /// The recorded migrations do not fit the program's.
        package static let migration = Code("migration")
        /// The engine ran out of memory or reported something without a code of its own here.
        package static let engine = Code("engine")
    }

    package let code: Code
    /// A sentence for logs. No values, no paths.
    package let message: String
    /// The statement with placeholders, when one was involved.
    package let statement: String?
    /// The engine's own number or state for the failure, such as SQLite's extended result code.
    package let engineCode: String?
    package let file: String
    package let line: Int

    package init(
        _ code: Code, _ message: String, statement: String? = nil, engineCode: String? = nil,
        file: String = #fileID, line: Int = #line
    ) {
        self.code = code
        self.message = message
        self.statement = statement
        self.engineCode = engineCode
        self.file = file
        self.line = line
    }

    package var description: String {
        var text = "\(code): \(message)"
        if let engineCode { text += " (engine code \(engineCode))" }
        if let statement { text += " in: \(statement)" }
        return text
    }
}
