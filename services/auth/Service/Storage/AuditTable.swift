import JSONCoding
import Platform
import SQL

/// The rows of `audit_log`. Only added to.
struct AuditTable {
    let connection: any SQLConnection

    func append(_ event: SecurityEvent, from origin: ClientOrigin, at now: Timestamp) throws(SQLError) {
        try connection.execute(
            """
            INSERT INTO audit_log (id, kind, user_id, actor_id, session_id, address, user_agent, detail, created_at)
            VALUES (\(Identifier.make()), \(event.kind.rawValue), \(event.userID), \(event.actorID), \(event.sessionID),
                \(origin.address), \(origin.userAgent), \(JSONValue.object(event.detail).text), \(now))
            """)
    }
}

extension SQLConnection {
    var audit: AuditTable { AuditTable(connection: self) }
}
