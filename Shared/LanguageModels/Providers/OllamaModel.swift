package import HTTPClient
import HTTPMessages
import JSONCoding
package import Logs
package import Metrics
package import Platform

/// A model that an Ollama server runs, asked through `/api/chat`.
package struct OllamaModel: LanguageModel {
    package let engine = "ollama"
    package private(set) var name: String
    package let contextTokens: Int

    private let endpoint: ModelEndpoint
    private let schemas = SchemaSupport()

    /// - Parameter baseURL: such as `http://127.0.0.1:11434`.
    package init(
        baseURL: String, model: String, options: ModelClientOptions = ModelClientOptions(), client: HTTPClient,
        metrics: MetricRegistry = MetricRegistry(), logger: Logger, time: any TimeSource = SystemTime()
    ) {
        name = model
        contextTokens = options.contextTokens
        endpoint = ModelEndpoint(
            baseURL: baseURL, engine: "ollama", fields: [:], options: options, client: client, metrics: metrics,
            logger: logger, time: time)
    }

    package func named(_ name: String) -> any LanguageModel {
        var copy = self
        copy.name = name
        return copy
    }

    package func stream(_ prompt: ModelPrompt) async throws -> AsyncThrowingStream<ModelEvent, any Error> {
        let call = try await open(prompt)
        return ModelReplyReader.events(call, OllamaReply())
    }

    /// Whether the server answers and has the model.
    func isReachable() async -> Bool {
        guard endpoint.isClosed, let answer = await endpoint.probe("/api/tags"), answer.status == 200 else {
            return false
        }
        let names = (answer.body?["models"]?.array ?? []).compactMap { $0["name"]?.string ?? $0["model"]?.string }
        return names.contains { $0 == name || $0 == "\(name):latest" }
    }

    private func open(_ prompt: ModelPrompt) async throws(ModelError) -> ModelCall {
        var body = body(prompt)
        guard let schema = prompt.schema else { return try await endpoint.open("/api/chat", .object(body)) }
        return try await schemas.open { level throws(ModelError) in
            body["format"] =
                switch level {
                case .schema: schema.json
                case .anyJSON: "json"
                case .text: nil
                }
            return try await endpoint.open("/api/chat", .object(body))
        }
    }

    private func body(_ prompt: ModelPrompt) -> JSONObject {
        var messages: [JSONValue] = [["role": "system", "content": .string(prompt.system)]]
        messages += prompt.messages.map { ["role": .string($0.role.rawValue), "content": .string($0.content)] }
        var options: JSONObject = [
            "temperature": .number(prompt.options.temperature),
            // Without it the server cuts long prompts silently, at 4,096 tokens on a processor.
            "num_ctx": .integer(Int64(contextTokens)),
            "num_predict": .integer(Int64(prompt.options.answerTokensMax)),
        ]
        if let seed = prompt.options.seed { options["seed"] = .integer(Int64(seed)) }
        return [
            "model": .string(name), "messages": .array(messages), "stream": true, "keep_alive": "10m",
            "options": .object(options),
        ]
    }
}
