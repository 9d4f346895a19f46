import ChatService
import Contracts
import HTTPClient
import HTTPMessages
import JSONCoding
import Platform
import ServiceTestSupport
import TestSupport
import Testing

/// Stands in for ingest: answers `/internal/search` by the contract, with passages that a test sets.
final class StandInIngest: Sendable {
    struct State: Sendable {
        var passages: [Passage] = []
        var contentVersion = "1"
        var queries: [PassageQuery] = []
        var hasToken = true
        /// Another status than 200, for all that follows.
        var status = 200
    }

    let state: Lock<State>
    let server: ScriptedServer

    init(_ passages: [Passage]) throws {
        let state = Lock(State(passages: passages))
        self.state = state
        server = try ScriptedServer { connection in
            while true {
                let request = try connection.readRequest()
                let query = try PassageQuery(json: JSONValue(parsing: request.body))
                let isAuthorised = request.head.lowercased().contains("authorization: bearer ")
                let (answer, status) = state.withLock { state in
                    state.queries.append(query)
                    state.hasToken = state.hasToken && isAuthorised
                    return (
                        PassageAnswer(contentVersion: state.contentVersion, passages: state.passages), state.status
                    )
                }
                let body = status == 200 ? answer.json.text : "{\"status\":\(status)}"
                try connection.respond(status, fields: ["Content-Type: application/json"], body: body)
            }
        }
    }

    var url: String { server.url }
    var queries: [PassageQuery] { state.withLock { $0.queries } }
}

/// A user of the service under test.
struct Student: Sendable {
    let service: RunningService
    let id = Identifier.make()
    var token: String { id.description }

    func ask(
        _ message: String, _ more: JSONObject = [:], lastEventID: String? = nil
    ) async throws -> Telling {
        var body = more
        body["message"] = .string(message)
        var fields: HTTPFields = [:]
        if let lastEventID { fields.append(.lastEventID, lastEventID) }
        let answer = try await service.send(.post, "/chat", token: token, json: .object(body), fields: fields)
        return try Telling(answer)
    }

    func send(
        _ method: HTTPMethod, _ path: String, json: JSONValue? = nil
    ) async throws -> RunningService.Answer {
        try await service.send(method, path, token: token, json: json)
    }

    /// Opens the stream of an answer.
    func open(_ message: String, lastEventID: String? = nil) async throws -> HTTPClientStream {
        var fields: HTTPFields = [.authorization: "Bearer \(token)", .contentType: "application/json"]
        if let lastEventID { fields.append(.lastEventID, lastEventID) }
        let body = JSONValue.object(["message": .string(message)])
        return try await service.client.stream(
            HTTPClientRequest(
                .post, service.baseURL + "/chat", fields: fields, body: .bytes(body.serialized()), retry: .none))
    }
}

/// What a client was told of an answer.
struct Telling: Sendable {
    let status: Int
    let problem: JSONValue
    private(set) var events: [ServerSentEvent] = []

    init(_ answer: RunningService.Answer) throws {
        status = answer.status
        problem = answer.json
        if answer.status == 200 {
            #expect(answer.fields.first(.contentType) == "text/event-stream")
            var parser = ServerSentEventParser()
            events = try parser.append(answer.body)
        }
    }

    func data(_ name: String) -> JSONValue? {
        events.first { $0.event == name }.flatMap { try? JSONValue(parsing: Array($0.data.utf8)) }
    }

    var text: String {
        events.filter { $0.event == "token" }
            .compactMap { try? JSONValue(parsing: Array($0.data.utf8))["text"]?.string }.joined()
    }
    var citations: [JSONValue] { data("citations")?["citations"]?.array ?? [] }
    var done: JSONValue { data("done") ?? .null }
    var session: JSONValue { done["session_id"] ?? .null }
    var notices: [String] { (done["notices"]?.array ?? []).compactMap { $0["code"]?.string } }
}

let biology = Identifier.make()

/// Two pages of a lecture as a search would give them.
func photosynthesisPassages() -> [Passage] {
    let first = """
        Photosynthesis is the process by which plants turn light energy into chemical energy. It takes place in the \
        chloroplasts, which contain the pigment chlorophyll. Chlorophyll absorbs red and blue light and reflects green light.
        """
    let second = """
        The Calvin cycle fixes carbon dioxide with the enzyme RuBisCO. It was described by Melvin Calvin in 1950. \
        Each turn of the cycle uses three molecules of ATP because the reduction of the sugar needs energy.
        """
    let text = first + "\n" + second
    return [
        Passage(
            chunkID: Identifier.make(), lectureID: biology, lectureName: "Biology 101", pageFrom: 3, pageTo: 4,
            heading: "Photosynthesis", text: text, score: 0.9,
            pageStarts: [
                Passage.PageStart(page: 3, offset: 0),
                Passage.PageStart(page: 4, offset: first.unicodeScalars.count + 1),
            ], highlights: [])
    ]
}

/// Runs the service beside a stand-in for ingest and lends both.
func withChat<Value>(
    _ environment: [String: String] = [:], folder: String? = nil, passages: [Passage] = photosynthesisPassages(),
    _ body: (RunningService, StandInIngest) async throws -> Value
) async throws -> Value {
    let ingest = try StandInIngest(passages)
    var settings = ["INGEST_URL": ingest.url, "PROMPTS_DIR": promptsFolder]
    settings.merge(environment) { $1 }
    return try await withService(WithTestTokens<ChatApp>.self, environment: settings, folder: folder) {
        try await body($0, ingest)
    }
}

/// The repository's own prompts.
let promptsFolder = #filePath.split(separator: "/").dropLast(3).reduce("") { "\($0)/\($1)" } + "/prompts"
