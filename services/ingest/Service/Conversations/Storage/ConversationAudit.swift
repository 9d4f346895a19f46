import JSONCoding
import Platform
import SQL

/// `processing_audit_log`: what happened, in order. Rows are only added; the database refuses anything else.
enum ConversationAudit {
    /// What is written down.
    enum Event: String, Sendable, SQLBindable {
        case requested, retried, replaced
        case stepCompleted = "step_completed"
        case stepDelayed = "step_delayed"
        case stepFailed = "step_failed"
        case cardNumbersRemoved = "card_numbers_removed"
        case completed, failed
        case webhookReceived = "webhook_received"
        case webhookIgnored = "webhook_ignored"
        case settingsChanged = "settings_changed"
    }

    /// Who did it.
    enum Actor: Sendable, CustomStringConvertible {
        case user(Identifier)
        case key(Identifier)
        case provider
        case system

        var description: String {
            switch self {
            case .user(let id): "user:\(id)"
            case .key(let id): "key:\(id)"
            case .provider: "provider"
            case .system: "system"
            }
        }
    }

    /// The longest detail kept, in characters.
    static let detailLengthMax = 500

    static func add(
        _ event: Event, of conversation: Conversation, step: Conversation.Step? = nil, detail: String? = nil,
        by actor: Actor = .system, at now: Timestamp, in connection: any SQLConnection
    ) throws {
        try add(
            event, processingID: conversation.processingID, accountID: conversation.accountID,
            conversationID: conversation.conversationID, step: step, detail: detail, by: actor, at: now, in: connection)
    }

    static func add(
        _ event: Event, processingID: String? = nil, accountID: String, conversationID: String? = nil,
        step: Conversation.Step? = nil, detail: String? = nil, by actor: Actor, at now: Timestamp,
        in connection: any SQLConnection
    ) throws {
        try connection.execute(
            """
            INSERT INTO processing_audit_log (processing_id, account_id, conversation_id, event, step, detail, actor,
                created_at)
            VALUES (\(processingID), \(accountID), \(conversationID), \(event), \(step),
                \(detail.map { String($0.prefix(detailLengthMax)) }), \(actor.description), \(now))
            """)
    }

    /// The events of one processing as JSON, the newest first; those before `before` when it is given.
    static func list(
        of id: Identifier, before: Int64?, limit: Int, in connection: any SQLConnection
    ) throws -> [(id: Int64, json: JSONValue)] {
        var query: SQLQuery = """
            SELECT id, event, step, detail, actor, created_at FROM processing_audit_log
            WHERE processing_id = \(Conversation.processingID(id))
            """
        if let before { query.append(" AND id < \(before)") }
        query.append(" ORDER BY id DESC LIMIT \(limit)")
        return try connection.query(query).map { row in
            let id = try row.get("id", as: Int64.self)
            let json: JSONValue = [
                "id": .integer(id), "event": .string(try row.get("event")),
                "step": .optional(try row.get("step", as: String?.self)),
                "detail": .optional(try row.get("detail", as: String?.self)), "actor": .string(try row.get("actor")),
                "created_at": .timestamp(try row.get("created_at")),
            ]
            return (id, json)
        }
    }
}
