import JSONCoding
import LanguageModels
import Platform
import SQL

/// A row of `messages`.
struct StoredMessage: Sendable {
    enum Status: String, Sendable { case running, complete, interrupted, failed }

    let id: Identifier
    let role: ModelMessage.Role
    let status: Status
    let text: String
    /// JSON texts; answers have them.
    var citations: String?
    var summary: String?
    let createdAt: Timestamp

    var citationList: [Citation] {
        (citations.flatMap(JSONValue.parsed)?.array ?? []).compactMap { Citation(json: $0) }
    }

    var json: JSONValue {
        var object: JSONObject = [
            "id": .identifier(id), "role": .string(role.rawValue), "status": .string(status.rawValue),
            "text": .string(text), "created_at": .timestamp(createdAt),
        ]
        if role == .assistant {
            let facts = summary.flatMap(JSONValue.parsed)
            object["citations"] = .array(citationList.map(\.json))
            object["engine"] = facts?["engine"] ?? .null
            object["model"] = facts?["model"] ?? .null
        }
        return .object(object)
    }
}

enum MessageTable {
    static func insert(
        _ message: StoredMessage, sessionID: Identifier, userID: Identifier, in connection: any SQLConnection
    ) throws {
        try connection.execute(
            """
            INSERT INTO messages (id, session_id, number, user_id, role, status, text, created_at)
            SELECT \(message.id), \(sessionID), COALESCE(MAX(number), 0) + 1, \(userID), \(message.role.rawValue),
                \(message.status.rawValue), \(message.text), \(message.createdAt)
            FROM messages WHERE session_id = \(sessionID)
            """)
    }

    static func finish(
        _ id: Identifier, userID: Identifier, status: StoredMessage.Status, text: String, citations: String?,
        summary: String?, in connection: any SQLConnection
    ) throws {
        try connection.execute(
            """
            UPDATE messages SET status = \(status.rawValue), text = \(text), citations = \(citations), summary = \(summary)
            WHERE id = \(id) AND user_id = \(userID) AND status <> 'complete'
            """)
    }

    /// The newest complete messages, oldest first.
    static func latest(
        _ count: Int, in sessionID: Identifier, userID: Identifier, in connection: any SQLConnection
    ) throws -> [StoredMessage] {
        try connection.query(
            """
            SELECT id, role, status, text, citations, summary, created_at FROM messages
            WHERE session_id = \(sessionID) AND user_id = \(userID) AND status = 'complete'
            ORDER BY number DESC LIMIT \(count)
            """
        ).reversed().map(message)
    }

    /// The newest messages of any state, oldest first.
    static func all(
        in sessionID: Identifier, userID: Identifier, limit: Int, in connection: any SQLConnection
    ) throws -> [StoredMessage] {
        try connection.query(
            """
            SELECT id, role, status, text, citations, summary, created_at FROM messages
            WHERE session_id = \(sessionID) AND user_id = \(userID) ORDER BY number DESC LIMIT \(limit)
            """
        ).reversed().map(message)
    }

    /// A finished answer and its session.
    static func answer(
        _ id: Identifier, userID: Identifier, in connection: any SQLConnection
    ) throws -> (StoredMessage, Identifier)? {
        try connection.first(
            """
            SELECT id, session_id, role, status, text, citations, summary, created_at FROM messages
            WHERE id = \(id) AND user_id = \(userID) AND role = 'assistant' AND status = 'complete'
            """
        ).map { (try message($0), try $0.get("session_id")) }
    }

    static func closeInterrupted(in connection: any SQLConnection) throws {
        try connection.execute("UPDATE messages SET status = 'interrupted' WHERE status = 'running'")
    }

    private static func message(_ row: SQLRow) throws -> StoredMessage {
        StoredMessage(
            id: try row.get("id"), role: ModelMessage.Role(rawValue: try row.get("role")) ?? .user,
            status: StoredMessage.Status(rawValue: try row.get("status")) ?? .failed, text: try row.get("text"),
            citations: try row.get("citations"), summary: try row.get("summary"), createdAt: try row.get("created_at"))
    }
}

extension JSONValue {
    /// The value that a column holds as text; nil when it is none.
    static func parsed(_ text: String) -> JSONValue? { try? JSONValue(parsing: Array(text.utf8)) }
}
