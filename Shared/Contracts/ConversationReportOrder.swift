package import JSONCoding
package import Platform

/// What ingest asks of docs at `POST /internal/reports/conversation`. The answer is a PDF file.
package struct ConversationReportOrder: JSONRepresentable, Hashable {
    package static let metadataMax = 200

    /// A line of the report's list of metadata.
    package struct MetadataItem: JSONRepresentable, Hashable {
        package var name: String
        package var value: String

        package init(name: String, value: String) {
            self.name = name
            self.value = value
        }

        /// - Throws: `WireError` naming the field that is missing or wrong.
        package init(json: JSONValue) throws {
            name = try json.required("name")
            value = try json.required("value")
        }

        package var json: JSONValue { ["name": .string(name), "value": .string(value)] }
    }

    /// Stands above the report and in the file's metadata.
    package var title: String
    package var accountID: String
    package var conversationID: String
    /// Who spoke for the house.
    package var agentName: String?
    package var startedAt: Timestamp?
    package var durationSeconds: Double?
    /// As the provider has it, such as `done`.
    package var status: String
    package var metadata: [MetadataItem]
    package var summary: ConversationSummary
    /// In the order in which they were spoken.
    package var turns: [ConversationTurn]
    /// Stands in the report; equal orders make equal files.
    package var generatedAt: Timestamp

    package init(
        title: String, accountID: String, conversationID: String, agentName: String? = nil,
        startedAt: Timestamp? = nil, durationSeconds: Double? = nil, status: String, metadata: [MetadataItem] = [],
        summary: ConversationSummary, turns: [ConversationTurn], generatedAt: Timestamp
    ) {
        self.title = title
        self.accountID = accountID
        self.conversationID = conversationID
        self.agentName = agentName
        self.startedAt = startedAt
        self.durationSeconds = durationSeconds
        self.status = status
        self.metadata = metadata
        self.summary = summary
        self.turns = turns
        self.generatedAt = generatedAt
    }

    /// - Throws: `WireError` naming the field that is missing, wrong or over its limit.
    package init(json: JSONValue) throws {
        title = try json.required("title")
        accountID = try json.required("account_id")
        conversationID = try json.required("conversation_id")
        agentName = try json.optional("agent_name")
        startedAt = try json.optional("started_at")
        durationSeconds = try json.optional("duration_seconds")
        guard durationSeconds.map({ $0.isFinite && $0 >= 0 }) ?? true else {
            throw WireError(field: "duration_seconds")
        }
        status = try json.required("status")
        guard let items = json["metadata"]?.array, items.count <= Self.metadataMax else {
            throw WireError(field: "metadata")
        }
        metadata = try items.map { try MetadataItem(json: $0) }
        guard let summary = json["summary"] else { throw WireError(field: "summary") }
        self.summary = try ConversationSummary(json: summary)
        guard let turns = json["turns"]?.array, turns.count <= ConversationTurn.turnsMax else {
            throw WireError(field: "turns")
        }
        self.turns = try turns.map { try ConversationTurn(json: $0) }
        generatedAt = try json.required("generated_at")
    }

    package var json: JSONValue {
        var object: JSONObject = [
            "title": .string(title), "account_id": .string(accountID), "conversation_id": .string(conversationID),
            "status": .string(status), "metadata": .array(metadata.map(\.json)), "summary": summary.json,
            "turns": .array(turns.map(\.json)), "generated_at": .timestamp(generatedAt),
        ]
        if let agentName { object["agent_name"] = .string(agentName) }
        if let startedAt { object["started_at"] = .timestamp(startedAt) }
        if let durationSeconds { object["duration_seconds"] = .number(durationSeconds) }
        return .object(object)
    }
}
