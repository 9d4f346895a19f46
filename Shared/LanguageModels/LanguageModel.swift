/// A model that answers a prompt piece by piece.
package protocol LanguageModel: Sendable {
    /// The kind of server behind it, such as `ollama`; shown with each answer.
    var engine: String { get }
    /// The model's own name, shown with each answer.
    var name: String { get }
    /// How many tokens prompt and answer may have together.
    var contextTokens: Int { get }

    /// Another model of the same server.
    func named(_ name: String) -> any LanguageModel

    /// Sends the prompt and returns when the server has begun to answer; retries, if any, are over by then.
    ///
    /// The stream ends normally only after `ModelEvent.finished`: a reply that just stops throws. Cancelling the task that
    /// reads it, or dropping it, stops the server's work at once.
    /// - Throws: `ModelError`, here and from the stream.
    func stream(_ prompt: ModelPrompt) async throws -> AsyncThrowingStream<ModelEvent, any Error>
}

/// What a model is asked.
package struct ModelPrompt: Sendable, Hashable {
    package var system: String
    /// The conversation, oldest first; the last one is the user's.
    package var messages: [ModelMessage]
    package var options: ModelOptions
    /// The shape of the answer; nil for plain text. A server need not keep to it, so see `structured`, which checks.
    package var schema: ResponseSchema?

    package init(system: String, messages: [ModelMessage], options: ModelOptions = ModelOptions()) {
        self.system = system
        self.messages = messages
        self.options = options
    }
}

/// One turn of a conversation.
package struct ModelMessage: Sendable, Hashable {
    package enum Role: String, Sendable, Hashable { case user, assistant }

    package var role: Role
    package var content: String

    package init(_ role: Role, _ content: String) {
        self.role = role
        self.content = content
    }
}

package struct ModelOptions: Sendable, Hashable {
    package var temperature: Double
    /// The longest answer, in tokens.
    package var answerTokensMax: Int
    /// The same seed and temperature 0 give the same answer, where the server supports it.
    package var seed: Int?

    package init(temperature: Double = 0.2, answerTokensMax: Int = 800, seed: Int? = nil) {
        self.temperature = temperature
        self.answerTokensMax = answerTokensMax
        self.seed = seed
    }
}

/// What arrives from a model.
package enum ModelEvent: Sendable, Hashable {
    /// The next piece of the answer; never empty.
    case text(String)
    /// The answer is complete. Always the last event.
    case finished(ModelFinish)
}

/// How an answer ended.
package struct ModelFinish: Sendable, Hashable {
    package enum Reason: Sendable, Hashable {
        case stop
        /// The limit on tokens was met: the answer is cut off.
        case length
        /// The model or its provider declined.
        case refused
        case other(String)
    }

    package var reason: Reason
    /// As far as the server told.
    package var promptTokens: Int?
    package var answerTokens: Int?

    package init(reason: Reason, promptTokens: Int? = nil, answerTokens: Int? = nil) {
        self.reason = reason
        self.promptTokens = promptTokens
        self.answerTokens = answerTokens
    }
}
