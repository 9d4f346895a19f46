import Platform
import SQL
import Tokens

/// The rows of `users`.
struct UserTable {
    let connection: any SQLConnection

    private static let columns: SQLQuery = "id, username, email, role, created_at, last_login, disabled_at"

    /// - Throws: `.uniqueViolation` when the name or the address is taken.
    func insert(_ user: User, passwordHash: String) throws(SQLError) {
        try connection.execute(
            """
            INSERT INTO users (id, username, username_key, email, email_key, password_hash, role, created_at, updated_at,
                last_login)
            VALUES (\(user.id), \(user.username.text), \(user.username.key), \(user.email.text), \(user.email.key),
                \(passwordHash), \(user.role), \(user.createdAt), \(user.createdAt), \(user.lastLogin))
            """)
    }

    func isEmpty() throws(SQLError) -> Bool {
        try connection.first("SELECT id FROM users LIMIT 1") == nil
    }

    func find(_ id: Identifier) throws(SQLError) -> User? {
        guard let row = try connection.first("SELECT \(Self.columns) FROM users WHERE id = \(id)") else { return nil }
        return try Self.user(row)
    }

    /// The account that a name or an address belongs to, given in folded form, with its password's hash.
    func find(login key: String) throws(SQLError) -> (user: User, passwordHash: String)? {
        let row = try connection.first(
            """
            SELECT \(Self.columns), password_hash FROM users WHERE username_key = \(key) OR email_key = \(key) LIMIT 1
            """)
        guard let row else { return nil }
        return (try Self.user(row), try row.get("password_hash"))
    }

    func passwordHash(of id: Identifier) throws(SQLError) -> String? {
        try connection.first("SELECT password_hash FROM users WHERE id = \(id)")?.get("password_hash")
    }

    /// Whether another account than `id` has the name.
    func isTaken(_ username: Username, except id: Identifier?) throws(SQLError) -> Bool {
        try isOwned("SELECT id FROM users WHERE username_key = \(username.key)", byOtherThan: id)
    }

    /// Whether another account than `id` has the address.
    func isTaken(_ email: EmailAddress, except id: Identifier?) throws(SQLError) -> Bool {
        try isOwned("SELECT id FROM users WHERE email_key = \(email.key)", byOtherThan: id)
    }

    /// Writes what may change of `user`.
    func update(_ user: User, at now: Timestamp) throws(SQLError) {
        try connection.execute(
            """
            UPDATE users SET username = \(user.username.text), username_key = \(user.username.key),
                email = \(user.email.text), email_key = \(user.email.key), role = \(user.role),
                disabled_at = \(user.disabledAt), updated_at = \(now)
            WHERE id = \(user.id)
            """)
    }

    func setLastLogin(of id: Identifier, to now: Timestamp) throws(SQLError) {
        try connection.execute("UPDATE users SET last_login = \(now) WHERE id = \(id)")
    }

    /// Replaces the hash, provided it is still `old`: a password changed meanwhile must not be undone. Returns whether
    /// it was.
    func replacePasswordHash(
        of id: Identifier, _ old: String, with new: String, at now: Timestamp
    ) throws(SQLError) -> Bool {
        try connection.execute(
            """
            UPDATE users SET password_hash = \(new), updated_at = \(now) WHERE id = \(id) AND password_hash = \(old)
            """) == 1
    }

    /// Newest first.
    func list(before id: Identifier?, limit: Int) throws(SQLError) -> [User] {
        var query: SQLQuery = "SELECT \(Self.columns) FROM users"
        if let id { query.append(" WHERE id < \(id)") }
        query.append(" ORDER BY id DESC LIMIT \(limit)")
        var users: [User] = []
        for row in try connection.query(query) { users.append(try Self.user(row)) }
        return users
    }

    /// Whether an administrator other than `id` can still sign in.
    func hasOtherAdmin(than id: Identifier) throws(SQLError) -> Bool {
        try connection.first(
            "SELECT id FROM users WHERE role = 'admin' AND disabled_at IS NULL AND id <> \(id) LIMIT 1") != nil
    }

    private func isOwned(_ query: SQLQuery, byOtherThan id: Identifier?) throws(SQLError) -> Bool {
        guard let row = try connection.first(query) else { return false }
        let owner: Identifier = try row.get("id")
        return owner != id
    }

    private static func user(_ row: SQLRow) throws(SQLError) -> User {
        User(
            id: try row.get("id"), username: Username(stored: try row.get("username")),
            email: EmailAddress(stored: try row.get("email")), role: try row.get("role"),
            createdAt: try row.get("created_at"), lastLogin: try row.get("last_login"),
            disabledAt: try row.get("disabled_at"))
    }
}

extension Role: SQLBindable, SQLDecodable {}

extension SQLConnection {
    var users: UserTable { UserTable(connection: self) }
}
