package import JSONCoding

/// What ingest asks of docs at `POST /internal/summaries/conversation`. The answer is a `ConversationSummary`.
package struct ConversationSummaryOrder: JSONRepresentable, Hashable {
    /// The longest prompt of an account, in characters.
    package static let promptLengthMax = 16_000

    package var accountID: String
    package var conversationID: String
    /// In the order in which they were spoken.
    package var turns: [ConversationTurn]
    /// The account's own prompt in place of `prompts/summarization.txt`.
    package var prompt: String?
    /// The account's own model in place of the configured one; the server is the configured one either way.
    package var model: String?
    /// How long the model may take before the built-in engine summarises; docs' own limit holds, too.
    package var modelSeconds: Int?

    package init(
        accountID: String, conversationID: String, turns: [ConversationTurn], prompt: String? = nil,
        model: String? = nil, modelSeconds: Int? = nil
    ) {
        self.accountID = accountID
        self.conversationID = conversationID
        self.turns = turns
        self.prompt = prompt
        self.model = model
        self.modelSeconds = modelSeconds
    }

    /// - Throws: `WireError` naming the field that is missing, wrong or over its limit.
    package init(json: JSONValue) throws {
        accountID = try json.required("account_id")
        conversationID = try json.required("conversation_id")
        guard let list = json["turns"]?.array, list.count <= ConversationTurn.turnsMax else {
            throw WireError(field: "turns")
        }
        turns = try list.map { try ConversationTurn(json: $0) }
        prompt = try json.optional("prompt")
        guard prompt.map({ $0.unicodeScalars.count <= Self.promptLengthMax }) ?? true else {
            throw WireError(field: "prompt")
        }
        model = try json.optional("model")
        modelSeconds = try json.optional("model_seconds")
    }

    package var json: JSONValue {
        var object: JSONObject = [
            "account_id": .string(accountID), "conversation_id": .string(conversationID),
            "turns": .array(turns.map(\.json)),
        ]
        if let prompt { object["prompt"] = .string(prompt) }
        if let model { object["model"] = .string(model) }
        if let modelSeconds { object["model_seconds"] = .integer(Int64(modelSeconds)) }
        return .object(object)
    }
}
