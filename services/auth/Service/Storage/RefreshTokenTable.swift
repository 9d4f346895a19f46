import Platform
import SQL

/// The rows of `refresh_tokens`.
struct RefreshTokenTable {
    let connection: any SQLConnection

    func insert(
        _ token: RefreshToken, session: Identifier, issuedAt: Timestamp, expiresAt: Timestamp
    ) throws(SQLError) {
        try connection.execute(
            """
            INSERT INTO refresh_tokens (hash, session_id, issued_at, expires_at)
            VALUES (\(token.hash), \(session), \(issuedAt), \(expiresAt))
            """)
    }

    func find(_ token: RefreshToken) throws(SQLError) -> (sessionID: Identifier, state: RefreshFamily.Token)? {
        let row = try connection.first(
            """
            SELECT session_id, expires_at, spent_at, sealed_successor FROM refresh_tokens WHERE hash = \(token.hash)
            """)
        guard let row else { return nil }
        let state = RefreshFamily.Token(
            expiresAt: try row.get("expires_at"), spentAt: try row.get("spent_at"),
            sealedSuccessor: try row.get("sealed_successor"))
        return (try row.get("session_id"), state)
    }

    /// Marks the token as traded in for the sealed successor.
    func spend(_ token: RefreshToken, sealedSuccessor: [UInt8], at now: Timestamp) throws(SQLError) {
        try connection.execute(
            """
            UPDATE refresh_tokens SET spent_at = \(now), sealed_successor = \(sealedSuccessor)
            WHERE hash = \(token.hash) AND spent_at IS NULL
            """)
    }

    /// Forgets the successors of tokens spent before `moment`: their grace is over.
    func removeSuccessors(spentBefore moment: Timestamp) throws(SQLError) -> Int {
        try connection.execute(
            """
            UPDATE refresh_tokens SET sealed_successor = NULL
            WHERE sealed_successor IS NOT NULL AND spent_at < \(moment)
            """)
    }
}

extension SQLConnection {
    var refreshTokens: RefreshTokenTable { RefreshTokenTable(connection: self) }
}
