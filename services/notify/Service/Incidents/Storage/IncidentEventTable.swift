import Platform
import SQL

/// The rows of `incident_events`. Only added to.
enum IncidentEventTable {
    static func append(
        _ event: IncidentEvent, of incident: Identifier, in connection: any SQLConnection
    ) throws {
        try connection.execute(
            """
            INSERT INTO incident_events (id, incident_id, kind, old_value, new_value, note, actor, created_at)
            VALUES (\(event.id), \(incident), \(event.kind), \(event.oldValue), \(event.newValue), \(event.note),
                \(event.actor), \(event.createdAt))
            """)
    }

    /// The history of an incident, oldest first; at most its newest `limit` events.
    static func list(of incident: Identifier, limit: Int, in connection: any SQLConnection) throws -> [IncidentEvent] {
        try connection.query(
            """
            SELECT id, kind, old_value, new_value, note, actor, created_at FROM incident_events
            WHERE incident_id = \(incident) ORDER BY id DESC LIMIT \(limit)
            """
        ).reversed().map { row in
            IncidentEvent(
                id: try row.get("id"), kind: try row.get("kind"), oldValue: try row.get("old_value"),
                newValue: try row.get("new_value"), note: try row.get("note"), actor: try row.get("actor"),
                createdAt: try row.get("created_at"))
        }
    }
}
