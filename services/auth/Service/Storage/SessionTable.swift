import Platform
import SQL

/// The rows of `sessions`.
struct SessionTable {
    let connection: any SQLConnection

    private static let columns: SQLQuery =
        "id, user_id, user_agent, address, created_at, last_used_at, expires_at, revoked_at"

    func insert(_ session: Session) throws(SQLError) {
        try connection.execute(
            """
            INSERT INTO sessions (id, user_id, user_agent, address, created_at, last_used_at, expires_at)
            VALUES (\(session.id), \(session.userID), \(session.userAgent), \(session.address), \(session.createdAt),
                \(session.lastUsedAt), \(session.expiresAt))
            """)
    }

    func find(_ id: Identifier) throws(SQLError) -> Session? {
        guard let row = try connection.first("SELECT \(Self.columns) FROM sessions WHERE id = \(id)") else {
            return nil
        }
        return try Self.session(row)
    }

    /// The sessions with which `userID` is signed in at `now`, newest first.
    func live(
        of userID: Identifier, at now: Timestamp, before id: Identifier?, limit: Int
    ) throws(SQLError) -> [Session] {
        var query: SQLQuery = """
            SELECT \(Self.columns) FROM sessions
            WHERE user_id = \(userID) AND revoked_at IS NULL AND expires_at > \(now)
            """
        if let id { query.append(" AND id < \(id)") }
        query.append(" ORDER BY id DESC LIMIT \(limit)")
        var sessions: [Session] = []
        for row in try connection.query(query) { sessions.append(try Self.session(row)) }
        return sessions
    }

    func touch(_ id: Identifier, at now: Timestamp, expiresAt: Timestamp) throws(SQLError) {
        try connection.execute("UPDATE sessions SET last_used_at = \(now), expires_at = \(expiresAt) WHERE id = \(id)")
    }

    /// Ends one session of `userID`. False when there is no such living session.
    func revoke(_ id: Identifier, of userID: Identifier, at now: Timestamp) throws(SQLError) -> Bool {
        try connection.execute(
            """
            UPDATE sessions SET revoked_at = \(now)
            WHERE id = \(id) AND user_id = \(userID) AND revoked_at IS NULL AND expires_at > \(now)
            """) == 1
    }

    /// Ends all sessions of `userID`, or all but one. Returns how many those were.
    @discardableResult
    func revokeAll(of userID: Identifier, except kept: Identifier? = nil, at now: Timestamp) throws(SQLError) -> Int {
        var query: SQLQuery = "UPDATE sessions SET revoked_at = \(now) WHERE user_id = \(userID) AND revoked_at IS NULL"
        if let kept { query.append(" AND id <> \(kept)") }
        return try connection.execute(query)
    }

    /// Whose a session is and with which role, if it lives and the account is not shut.
    func standing(of id: Identifier, at now: Timestamp) throws(SQLError) -> SessionStanding? {
        let row = try connection.first(
            """
            SELECT sessions.user_id AS user_id, users.role AS role
            FROM sessions JOIN users ON users.id = sessions.user_id
            WHERE sessions.id = \(id) AND sessions.revoked_at IS NULL AND sessions.expires_at > \(now)
                AND users.disabled_at IS NULL
            """)
        guard let row else { return nil }
        return SessionStanding(userID: try row.get("user_id"), role: try row.get("role"))
    }

    /// Removes sessions, and with them their tokens, whose last token expired before `moment`.
    func removeExpired(before moment: Timestamp) throws(SQLError) -> Int {
        try connection.execute("DELETE FROM sessions WHERE expires_at < \(moment)")
    }

    private static func session(_ row: SQLRow) throws(SQLError) -> Session {
        Session(
            id: try row.get("id"), userID: try row.get("user_id"), userAgent: try row.get("user_agent"),
            address: try row.get("address"), createdAt: try row.get("created_at"),
            lastUsedAt: try row.get("last_used_at"), expiresAt: try row.get("expires_at"),
            revokedAt: try row.get("revoked_at"))
    }
}

extension SQLConnection {
    var sessions: SessionTable { SessionTable(connection: self) }
}
