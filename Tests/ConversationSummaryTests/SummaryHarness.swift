import Contracts
import DocsService
import HTTPMessages
import JSONCoding
import Platform
import ServiceTestSupport
import TestSupport
import Testing
import Tokens

/// Prompts of the tests: short, with every value.
private let prompts = """
    --- instructions ---
    HOUSE-STYLE
    --- rules ---
    mark={{mark}}
    --- whole ---
    WHOLE {{mark}} {{transcript}} {{mark}}
    --- map ---
    PART {{part}}/{{parts}} {{transcript}}
    --- reduce ---
    REDUCE {{points}} {{notes}}
    """

/// A question as the model's server got it.
struct AskedQuestion: Sendable {
    let model: String
    let system: String
    let user: String
    /// The names that the wanted shape has.
    let fields: [String]
}

/// Lends a docs service whose model is an Ollama server that answers with what `answer` makes of the question.
///
/// - Parameter answer: Nil for an answer with status 500.
func withSummaries<Value>(
    environment: [String: String] = [:], time: any TimeSource = SystemTime(),
    answer: @escaping @Sendable (AskedQuestion) -> JSONValue?,
    _ body: (RunningService) async throws -> Value
) async throws -> Value {
    let server = try ScriptedServer { connection in
        while true {
            let request = try connection.readRequest()
            let json = try JSONValue(parsing: request.body)
            let question = AskedQuestion(
                model: json["model"]?.string ?? "", system: json["messages"]?[0]?["content"]?.string ?? "",
                user: json["messages"]?[1]?["content"]?.string ?? "",
                fields: json["format"]?["properties"]?.object?.keys ?? [])
            guard let value = answer(question) else {
                try connection.respond(400, fields: ["Connection: close"], body: #"{"error":"no"}"#)
                return
            }
            let line: JSONValue = [
                "message": ["content": .string(value.string ?? value.text)], "done": true, "done_reason": "stop",
                "prompt_eval_count": 100, "eval_count": 10,
            ]
            try connection.respond(200, fields: ["Content-Type: application/x-ndjson"], body: line.text + "\n")
        }
    }
    let folder = try TemporaryFolder()
    try folder.write("summarization.txt", prompts.utf8)
    var settings = [
        "LLM_PROVIDER": "ollama", "OLLAMA_URL": server.url, "OLLAMA_MODEL": "m1", "PROMPTS_DIR": folder.path,
    ]
    settings.merge(environment) { $1 }
    return try await withService(DocsProgram.self, environment: settings, time: time) { service in
        defer { withExtendedLifetime(folder) {} }
        return try await body(service)
    }
}

extension RunningService {
    /// What the service answers to an order of ingest.
    func summarise(_ order: JSONValue, time: any TimeSource = SystemTime()) async throws -> Answer {
        let secret = Array("a secret of the tests, long enough to be taken".utf8)
        let token = try ServiceToken(secret: secret, time: time).make(caller: "ingest", callee: "docs")
        return try await send(.post, "/internal/summaries/conversation", token: token, json: order)
    }
}

/// A call of our own invention.
let shortCall = [
    ConversationTurn(speaker: .agent, text: "Good morning, how can I help you?", atSeconds: 0),
    ConversationTurn(
        speaker: .user, text: "My parcel with the blue lamp never came, and the courier does not answer.",
        atSeconds: 4.5),
    ConversationTurn(speaker: .agent, text: "I'm sorry. I will send a new lamp tomorrow morning.", atSeconds: 12),
    ConversationTurn(speaker: .user, text: "Thank you, bye.", atSeconds: 20),
]

func order(
    _ turns: [ConversationTurn] = shortCall, prompt: String? = nil, model: String? = nil
) -> ConversationSummaryOrder {
    ConversationSummaryOrder(
        accountID: "acme", conversationID: "conv_1", turns: turns, prompt: prompt, model: model)
}
