import Crypto
import Platform
import SQL

/// The rows of `ws_tickets`: each opens one WebSocket within its half minute.
struct TicketTable {
    let connection: any SQLConnection

    /// - Parameter ticket: Its bytes; storage keeps their SHA-256.
    func insert(_ ticket: [UInt8], session: Identifier, expiresAt: Timestamp) throws(SQLError) {
        try connection.execute(
            """
            INSERT INTO ws_tickets (hash, session_id, expires_at)
            VALUES (\(SHA256.digest(of: ticket)), \(session), \(expiresAt))
            """)
    }

    /// Uses the ticket up and returns its session; nil when it was used before, has expired, or never was.
    func take(_ ticket: [UInt8], at now: Timestamp) throws(SQLError) -> Identifier? {
        let row = try connection.first(
            "DELETE FROM ws_tickets WHERE hash = \(SHA256.digest(of: ticket)) RETURNING session_id, expires_at")
        guard let row else { return nil }
        let expiresAt: Timestamp = try row.get("expires_at")
        return now < expiresAt ? try row.get("session_id") : nil
    }

    func removeExpired(at now: Timestamp) throws(SQLError) -> Int {
        try connection.execute("DELETE FROM ws_tickets WHERE expires_at <= \(now)")
    }
}

extension SQLConnection {
    var tickets: TicketTable { TicketTable(connection: self) }
}
