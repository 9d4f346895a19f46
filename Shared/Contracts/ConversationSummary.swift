package import JSONCoding

/// The summary of a recorded conversation.
package struct ConversationSummary: JSONRepresentable, Hashable {
    /// A statement of the summary with the words of the conversation that it rests on.
    package struct KeyPoint: JSONRepresentable, Hashable {
        package var text: String
        /// Stands word for word in one turn; only white space is made uniform.
        package var quote: String
        /// When the turn with the quote began, in seconds from the beginning of the call.
        package var atSeconds: Double

        package init(text: String, quote: String, atSeconds: Double) {
            self.text = text
            self.quote = quote
            self.atSeconds = atSeconds
        }

        /// - Throws: `WireError` naming the field that is missing or wrong.
        package init(json: JSONValue) throws {
            text = try json.required("text")
            quote = try json.required("quote")
            atSeconds = try json.required("at_seconds")
        }

        package var json: JSONValue {
            ["text": .string(text), "quote": .string(quote), "at_seconds": .number(atSeconds)]
        }
    }

    /// Plain text; paragraphs are separated by an empty line.
    package var text: String
    /// In the order of the conversation.
    package var keyPoints: [KeyPoint]
    /// What somebody said they would do, one sentence each.
    package var actionItems: [String]
    /// Who made the summary: `built-in`, or the kind of server and its model, such as `ollama:llama3`.
    package var engine: String
    /// What the model was given and gave back, over all its calls; 0 for the built-in engine.
    package var inputTokens: Int
    package var outputTokens: Int

    package init(
        text: String, keyPoints: [KeyPoint], actionItems: [String], engine: String, inputTokens: Int, outputTokens: Int
    ) {
        self.text = text
        self.keyPoints = keyPoints
        self.actionItems = actionItems
        self.engine = engine
        self.inputTokens = inputTokens
        self.outputTokens = outputTokens
    }

    /// - Throws: `WireError` naming the field that is missing or wrong.
    package init(json: JSONValue) throws {
        text = try json.required("text")
        guard let points = json["key_points"]?.array else { throw WireError(field: "key_points") }
        keyPoints = try points.map { try KeyPoint(json: $0) }
        guard let items = json["action_items"]?.array else { throw WireError(field: "action_items") }
        actionItems = try items.map {
            guard let text = $0.string else { throw WireError(field: "action_items") }
            return text
        }
        engine = try json.required("engine")
        inputTokens = try json.required("input_tokens")
        outputTokens = try json.required("output_tokens")
    }

    package var json: JSONValue {
        [
            "text": .string(text), "key_points": .array(keyPoints.map(\.json)),
            "action_items": .array(actionItems.map { .string($0) }), "engine": .string(engine),
            "input_tokens": .integer(Int64(inputTokens)), "output_tokens": .integer(Int64(outputTokens)),
        ]
    }
}
