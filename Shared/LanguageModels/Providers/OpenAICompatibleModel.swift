package import HTTPClient
import HTTPMessages
import JSONCoding
package import Logs
package import Metrics
package import Platform
package import Settings

/// A model behind an OpenAI-compatible server (OpenAI itself, llama.cpp, vLLM, LM Studio …), asked through
/// `/chat/completions`.
package struct OpenAICompatibleModel: LanguageModel {
    package let engine = "openai"
    package private(set) var name: String
    package let contextTokens: Int

    private let endpoint: ModelEndpoint
    private let schemas = SchemaSupport()
    /// OpenAI's reasoning models refuse `max_tokens`; most other servers know nothing else.
    private let tokenLimitField: String

    /// - Parameter baseURL: with its `/v1`, such as `https://api.openai.com/v1`.
    package init(
        baseURL: String, key: Secret?, model: String, options: ModelClientOptions = ModelClientOptions(),
        client: HTTPClient, metrics: MetricRegistry = MetricRegistry(), logger: Logger,
        time: any TimeSource = SystemTime()
    ) {
        name = model
        contextTokens = options.contextTokens
        tokenLimitField = baseURL.hasPrefix("https://api.openai.com/") ? "max_completion_tokens" : "max_tokens"
        var fields: HTTPFields = [:]
        if let key { fields.set(.authorization, "Bearer \(key.revealed)") }
        endpoint = ModelEndpoint(
            baseURL: baseURL, engine: "openai", fields: fields, options: options, client: client, metrics: metrics,
            logger: logger, time: time)
    }

    package func named(_ name: String) -> any LanguageModel {
        var copy = self
        copy.name = name
        return copy
    }

    package func stream(_ prompt: ModelPrompt) async throws -> AsyncThrowingStream<ModelEvent, any Error> {
        let call = try await open(prompt)
        return ModelReplyReader.events(call, OpenAIReply())
    }

    /// Whether the server answers and accepts the key. Servers without a list of models count as reachable.
    func isReachable() async -> Bool {
        guard endpoint.isClosed, let answer = await endpoint.probe("/models") else { return false }
        return (200..<300).contains(answer.status) || answer.status == 404 || answer.status == 405
    }

    private func open(_ prompt: ModelPrompt) async throws(ModelError) -> ModelCall {
        var body = body(prompt)
        guard let schema = prompt.schema else { return try await endpoint.open("/chat/completions", .object(body)) }
        return try await schemas.open { level throws(ModelError) in
            body["response_format"] =
                switch level {
                case .schema:
                    [
                        "type": "json_schema",
                        "json_schema": ["name": .string(schema.name), "strict": true, "schema": schema.strict],
                    ]
                case .anyJSON: ["type": "json_object"]
                case .text: nil
                }
            return try await endpoint.open("/chat/completions", .object(body))
        }
    }

    private func body(_ prompt: ModelPrompt) -> JSONObject {
        var messages: [JSONValue] = [["role": "system", "content": .string(prompt.system)]]
        messages += prompt.messages.map { ["role": .string($0.role.rawValue), "content": .string($0.content)] }
        var body: JSONObject = [
            "model": .string(name), "messages": .array(messages), "stream": true,
            "stream_options": ["include_usage": true], "temperature": .number(prompt.options.temperature),
        ]
        body[tokenLimitField] = .integer(Int64(prompt.options.answerTokensMax))
        if let seed = prompt.options.seed { body["seed"] = .integer(Int64(seed)) }
        return body
    }
}
