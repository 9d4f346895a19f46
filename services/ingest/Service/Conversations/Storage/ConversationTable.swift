import Contracts
import JSONCoding
import Platform
import SQL

/// The rows of `conversation_processing`.
///
/// What a job writes names the job: a row that meanwhile belongs to another job, or to none, is not changed.
enum ConversationTable {
    private static let columns: SQLQuery = """
        processing_id, account_id, conversation_id, email_id, source, status, step, step_started_at, job_id, error_message,
        provider_status, agent_id, agent_name, started_at, duration_seconds, has_audio, notification_ids, created_at,
        updated_at, completed_at
        """

    static func insert(_ new: Conversation, in connection: any SQLConnection) throws {
        try connection.execute(
            """
            INSERT INTO conversation_processing (processing_id, account_id, conversation_id, email_id, source, status, step,
                step_started_at, job_id, created_at, updated_at)
            VALUES (\(new.processingID), \(new.accountID), \(new.conversationID), \(new.emailID), \(new.source),
                \(new.status), \(new.step), \(new.stepStartedAt), \(new.jobID), \(new.createdAt), \(new.updatedAt))
            """)
    }

    static func find(_ id: Identifier, in connection: any SQLConnection) throws -> Conversation? {
        try connection.first(
            "SELECT \(columns) FROM conversation_processing WHERE processing_id = \(Conversation.processingID(id))"
        ).map { try Conversation(row: $0) }
    }

    /// The run that stands for a conversation: the one that no forced run has replaced.
    static func current(
        accountID: String, conversationID: String, in connection: any SQLConnection
    ) throws -> Conversation? {
        try connection.first(
            """
            SELECT \(columns) FROM conversation_processing
            WHERE account_id = \(accountID) AND conversation_id = \(conversationID) AND is_current = 1
            """
        ).map { try Conversation(row: $0) }
    }

    struct Filter: Sendable {
        var accountID: String?
        var status: Conversation.Status?
        var before: Identifier?
        var limit: Int
    }

    /// The newest first.
    static func list(_ filter: Filter, in connection: any SQLConnection) throws -> [Conversation] {
        var query: SQLQuery = "SELECT \(columns) FROM conversation_processing WHERE 1 = 1"
        if let account = filter.accountID { query.append(" AND account_id = \(account)") }
        if let status = filter.status { query.append(" AND status = \(status)") }
        if let before = filter.before { query.append(" AND processing_id < \(Conversation.processingID(before))") }
        query.append(" ORDER BY processing_id DESC LIMIT \(filter.limit)")
        return try connection.query(query).map { try Conversation(row: $0) }
    }

    static func countBegun(
        accountID: String, since moment: Timestamp, in connection: any SQLConnection
    ) throws -> Int {
        try connection.first(
            """
            SELECT COUNT(*) AS number FROM conversation_processing
            WHERE account_id = \(accountID) AND created_at >= \(moment)
            """
        )?.get("number") ?? 0
    }

    static func replace(_ id: Identifier, at now: Timestamp, in connection: any SQLConnection) throws {
        try connection.execute(
            """
            UPDATE conversation_processing SET is_current = 0, updated_at = \(now),
                status = CASE status WHEN 'processing' THEN 'failed' ELSE status END,
                error_message = CASE status WHEN 'processing' THEN 'Replaced by a newer request.' ELSE error_message END
            WHERE processing_id = \(Conversation.processingID(id))
            """)
    }

    /// Has a failed conversation go on at the step where it failed.
    static func resume(
        _ id: Identifier, jobID: Identifier, at now: Timestamp, in connection: any SQLConnection
    ) throws {
        try connection.execute(
            """
            UPDATE conversation_processing SET status = 'processing', error_message = NULL, job_id = \(jobID),
                step_started_at = \(now), updated_at = \(now), completed_at = NULL
            WHERE processing_id = \(Conversation.processingID(id)) AND status = 'failed'
            """)
    }

    // MARK: What a job writes

    /// Goes on to the next step, whose job is `next`. False when the conversation no longer belongs to `job`.
    static func advance(
        _ id: Identifier, of job: Identifier, to step: Conversation.Step, next: Identifier, at now: Timestamp,
        in connection: any SQLConnection
    ) throws -> Bool {
        let isDone = step == .done
        return try connection.execute(
            """
            UPDATE conversation_processing SET step = \(step), job_id = \(next), step_started_at = \(now),
                updated_at = \(now), status = \(isDone ? Conversation.Status.completed : .processing),
                completed_at = \(isDone ? now : nil)
            WHERE \(owned(id, job))
            """) > 0
    }

    /// Has another job do the present step later.
    static func postpone(
        _ id: Identifier, of job: Identifier, to next: Identifier, at now: Timestamp, in connection: any SQLConnection
    ) throws -> Bool {
        try connection.execute(
            "UPDATE conversation_processing SET job_id = \(next), updated_at = \(now) WHERE \(owned(id, job))") > 0
    }

    static func fail(
        _ id: Identifier, of job: Identifier, message: String, at now: Timestamp, in connection: any SQLConnection
    ) throws -> Bool {
        try connection.execute(
            """
            UPDATE conversation_processing SET status = 'failed', error_message = \(message), updated_at = \(now),
                completed_at = \(now)
            WHERE \(owned(id, job))
            """) > 0
    }

    private static func owned(_ id: Identifier, _ job: Identifier) -> SQLQuery {
        "processing_id = \(Conversation.processingID(id)) AND job_id = \(job) AND status = 'processing'"
    }

    // MARK: Material

    static func material(of id: Identifier, in connection: any SQLConnection) throws -> ConversationMaterial {
        let row = try connection.first(
            """
            SELECT turns, metadata, summary, report_generated_at FROM conversation_processing
            WHERE processing_id = \(Conversation.processingID(id))
            """)
        guard let row else { return ConversationMaterial() }
        let turns = try row.get("turns", as: String?.self).map { try JSONValue(parsing: $0) }
        let summary = try row.get("summary", as: String?.self).map { try JSONValue(parsing: $0) }
        let metadata = try JSONValue(parsing: row.get("metadata", as: String.self)).array ?? []
        return ConversationMaterial(
            turns: try (turns?.array ?? []).map { try ConversationTurn(json: $0) },
            metadata: metadata.compactMap { item in
                guard let name = item["name"]?.string, let value = item["value"]?.string else { return nil }
                return (name: name, value: value)
            },
            summary: try summary.map { try ConversationSummary(json: $0) },
            reportGeneratedAt: try row.get("report_generated_at"))
    }

    static func setProviderData(
        _ id: Identifier, _ provider: ProviderConversation, _ material: ConversationMaterial,
        in connection: any SQLConnection
    ) throws {
        let turns = JSONValue.array(material.turns.map(\.json)).text
        let metadata = JSONValue.array(
            material.metadata.map { ["name": .string($0.name), "value": .string($0.value)] }
        ).text
        try connection.execute(
            """
            UPDATE conversation_processing SET turns = \(turns), metadata = \(metadata),
                provider_status = \(provider.status), agent_id = \(provider.agentID), agent_name = \(provider.agentName),
                started_at = \(provider.startedAt), duration_seconds = \(provider.durationSeconds),
                has_audio = \(provider.hasAudio)
            WHERE processing_id = \(Conversation.processingID(id))
            """)
    }

    static func setHasAudio(_ id: Identifier, _ hasAudio: Bool, in connection: any SQLConnection) throws {
        try connection.execute(
            """
            UPDATE conversation_processing SET has_audio = \(hasAudio)
            WHERE processing_id = \(Conversation.processingID(id))
            """)
    }

    static func setSummary(
        _ id: Identifier, _ summary: ConversationSummary, at now: Timestamp, in connection: any SQLConnection
    ) throws {
        // The report's moment is fixed here, so that a report made twice is the same file.
        try connection.execute(
            """
            UPDATE conversation_processing SET summary = \(summary.json.text), report_generated_at = \(now)
            WHERE processing_id = \(Conversation.processingID(id))
            """)
    }

    static func setNotifications(
        _ id: Identifier, _ notifications: [Identifier], in connection: any SQLConnection
    ) throws {
        try connection.execute(
            """
            UPDATE conversation_processing
            SET notification_ids = \(JSONValue.array(notifications.map { .identifier($0) }).text)
            WHERE processing_id = \(Conversation.processingID(id))
            """)
    }
}

extension Conversation {
    fileprivate init(row: SQLRow) throws {
        let text = try row.get("processing_id", as: String.self)
        guard let id = Conversation.identifier(processingID: text) else {
            throw SQLError(.type, "a processing id is not one of ours")
        }
        let notifications = try JSONValue(parsing: row.get("notification_ids", as: String.self)).array ?? []
        self.init(
            id: id, accountID: try row.get("account_id"), conversationID: try row.get("conversation_id"),
            emailID: try row.get("email_id"), source: try row.get("source"), status: try row.get("status"),
            step: try row.get("step"), stepStartedAt: try row.get("step_started_at"), jobID: try row.get("job_id"),
            errorMessage: try row.get("error_message"), providerStatus: try row.get("provider_status"),
            agentID: try row.get("agent_id"), agentName: try row.get("agent_name"),
            startedAt: try row.get("started_at"), durationSeconds: try row.get("duration_seconds"),
            hasAudio: try row.get("has_audio"),
            notificationIDs: notifications.compactMap { $0.string.flatMap { Identifier($0) } },
            createdAt: try row.get("created_at"), updatedAt: try row.get("updated_at"),
            completedAt: try row.get("completed_at"))
    }
}
