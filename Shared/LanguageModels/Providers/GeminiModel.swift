package import HTTPClient
import HTTPMessages
import JSONCoding
package import Logs
package import Metrics
package import Platform
package import Settings

/// A model of Google's Gemini API, asked through `models/{model}:streamGenerateContent`.
package struct GeminiModel: LanguageModel {
    package let engine = "gemini"
    package private(set) var name: String
    package let contextTokens: Int

    private let endpoint: ModelEndpoint

    /// - Parameters:
    ///   - baseURL: with its version, such as `https://generativelanguage.googleapis.com/v1beta`.
    ///   - key: sent in a header, because addresses are logged on the way.
    package init(
        baseURL: String, key: Secret?, model: String, options: ModelClientOptions = ModelClientOptions(),
        client: HTTPClient, metrics: MetricRegistry = MetricRegistry(), logger: Logger,
        time: any TimeSource = SystemTime()
    ) {
        name = model
        contextTokens = options.contextTokens
        var fields: HTTPFields = [:]
        if let key { fields.set("x-goog-api-key", key.revealed) }
        endpoint = ModelEndpoint(
            baseURL: baseURL, engine: "gemini", fields: fields, options: options, client: client, metrics: metrics,
            logger: logger, time: time)
    }

    package func named(_ name: String) -> any LanguageModel {
        var copy = self
        copy.name = name
        return copy
    }

    package func stream(_ prompt: ModelPrompt) async throws -> AsyncThrowingStream<ModelEvent, any Error> {
        // Without alt=sse the reply is one list, readable only as a whole for most clients.
        let call = try await endpoint.open("\(path):streamGenerateContent?alt=sse", body(prompt))
        return ModelReplyReader.events(call, GeminiReply())
    }

    /// Whether the server answers, accepts the key and knows the model.
    func isReachable() async -> Bool {
        guard endpoint.isClosed, let answer = await endpoint.probe(path) else { return false }
        return answer.status == 200
    }

    /// `/models/{model}`; a name may come with its collection, as in `tunedModels/x`.
    private var path: String {
        let full = name.contains("/") ? name : "models/\(name)"
        return "/"
            + full.utf8.map { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                    UInt8(ascii: "/"):
                    String(UnicodeScalar(byte))
                default: "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
                }
            }.joined()
    }

    private func body(_ prompt: ModelPrompt) -> JSONValue {
        var generation: JSONObject = [
            "temperature": .number(prompt.options.temperature),
            "maxOutputTokens": .integer(Int64(prompt.options.answerTokensMax)),
        ]
        if let seed = prompt.options.seed { generation["seed"] = .integer(Int64(seed)) }
        if let schema = prompt.schema {
            generation["responseMimeType"] = "application/json"
            generation["responseSchema"] = schema.openAPISubset
        }
        return [
            "systemInstruction": ["parts": [["text": .string(prompt.system)]]],
            "contents": .array(
                prompt.messages.map {
                    [
                        "role": .string($0.role == .assistant ? "model" : "user"),
                        "parts": [["text": .string($0.content)]],
                    ]
                }),
            "generationConfig": .object(generation),
        ]
    }
}
