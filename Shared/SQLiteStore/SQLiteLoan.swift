import SQL

/// What a closure gets to see of a connection: valid until the closure returns, and without transaction control.
final class SQLiteLoan: SQLConnection {
    let dialect = SQLDialect.sqlite

    private var connection: SQLiteConnection?
    private let ticket: ReadTicket?
    private var actions: [@Sendable () -> Void] = []

    /// `ticket` is that of a read, which can be cancelled.
    init(of connection: SQLiteConnection, ticket: ReadTicket? = nil) {
        self.connection = connection
        self.ticket = ticket
    }

    /// Ends the loan and gives back what is to happen after the commit.
    func end() -> [@Sendable () -> Void] {
        connection = nil
        return actions
    }

    func query(_ query: SQLQuery) throws(SQLError) -> [SQLRow] {
        let text = try checked(query)
        return try lent().run(text, query.arguments)
    }

    func first(_ query: SQLQuery) throws(SQLError) -> SQLRow? {
        let text = try checked(query)
        return try lent().run(text, query.arguments, limit: 1).first
    }

    @discardableResult
    func execute(_ query: SQLQuery) throws(SQLError) -> Int {
        let text = try checked(query)
        return try lent().change(text, query.arguments)
    }

    func forEach(_ query: SQLQuery, _ body: (SQLRow) throws -> Void) throws {
        let text = try checked(query)
        try lent().forEach(text, query.arguments, body)
    }

    func executeScript(_ script: String) throws(SQLError) {
        try lent().runScript(script, check: Self.refuseTransactionControl)
    }

    func afterCommit(_ action: @escaping @Sendable () -> Void) {
        actions.append(action)
    }

    private func lent() throws(SQLError) -> SQLiteConnection {
        guard let connection else {
            throw SQLError(.misuse, "the connection was used after the closure it had been lent to")
        }
        if let ticket, ticket.isCancelled { throw SQLError(.interrupted, "the read was cancelled") }
        return connection
    }

    private func checked(_ query: SQLQuery) throws(SQLError) -> String {
        let text = query.text(for: .sqlite)
        try Self.refuseTransactionControl(text)
        return text
    }

    /// Transactions are begun and ended by the store alone; a COMMIT inside a closure would break the promises made to
    /// the other writes of its batch.
    private static func refuseTransactionControl(_ text: String) throws(SQLError) {
        let keyword = firstKeyword(of: text)
        guard !transactionKeywords.contains(keyword) else {
            throw SQLError(.misuse, "\(keyword) is not allowed inside a transaction", statement: text)
        }
    }

    private static let transactionKeywords: Set<String> = [
        "BEGIN", "COMMIT", "END", "ROLLBACK", "SAVEPOINT", "RELEASE", "ATTACH", "DETACH", "VACUUM",
    ]

    /// The first word in capitals, after whitespace and comments. Short, so that no allocation is needed.
    static func firstKeyword(of text: String) -> String {
        let bytes = text.utf8
        var rest = bytes[...]
        while let byte = rest.first {
            if byte <= 0x20 || byte == UInt8(ascii: ";") {
                rest = rest.dropFirst()
            } else if rest.starts(with: [0x2d, 0x2d]) {  // --
                rest = rest.drop { $0 != 0x0a }
            } else if rest.starts(with: [0x2f, 0x2a]) {  // /*
                rest = rest.dropFirst(2)
                while !rest.isEmpty, !rest.starts(with: [0x2a, 0x2f]) { rest = rest.dropFirst() }
                rest = rest.dropFirst(2)
            } else {
                break
            }
        }
        let word = rest.prefix { ($0 | 0x20) >= UInt8(ascii: "a") && ($0 | 0x20) <= UInt8(ascii: "z") }
        return String(decoding: word.prefix(15).map { $0 & 0xdf }, as: UTF8.self)
    }
}
