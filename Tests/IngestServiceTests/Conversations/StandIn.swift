import Contracts
import JSONCoding
import Platform
import TestSupport

/// One server that plays ElevenLabs, docs and notify, answer by answer as a test wants it.
final class StandIn: Sendable {
    /// What is answered to one request.
    enum Answer: Sendable {
        case json(Int, JSONValue, fields: [String] = [])
        case bytes([UInt8], type: String)
        /// A head that promises more bytes than come.
        case cut([UInt8], promised: Int)
        /// A recording whose end never comes.
        case trickle([UInt8])
        /// Nothing, until the peer goes away.
        case silence
        /// The connection ends without an answer, as when a service is restarted.
        case hangUp
    }

    struct Seen: Sendable {
        let path: String
        let head: String
        let body: JSONValue
    }

    private struct State {
        var handlers: [String: @Sendable (Int) -> Answer] = [:]
        var seen: [Seen] = []
    }

    private let state: Lock<State>
    private let server: ScriptedServer

    var url: String { server.url }

    static let conversation = "/v1/convai/conversations/conv_1"
    static let audio = "/v1/convai/conversations/conv_1/audio"
    static let list = "/v1/convai/conversations"
    static let summary = "/internal/summaries/conversation"
    static let report = "/internal/reports/conversation"
    static let email = "/internal/notifications"

    init() throws {
        let state = Lock(State())
        self.state = state
        server = try ScriptedServer { connection in
            while true {
                let request = try connection.readRequest()
                let target = String(request.head.split(separator: " ", maxSplits: 2).dropFirst().first ?? "")
                let path = String(target.prefix { $0 != "?" })
                let body = (try? JSONValue(parsing: request.body)) ?? .null
                let (handler, number) = state.withLock { state in
                    state.seen.append(Seen(path: path, head: request.head, body: body))
                    return (state.handlers[path], state.seen.count { $0.path == path })
                }
                connection.report(path)
                switch handler?(number) ?? .json(404, ["detail": ["status": "not_found", "message": "unknown"]]) {
                case .json(let status, let value, let fields):
                    try connection.respond(
                        status, fields: ["Content-Type: application/json"] + fields, body: value.text)
                case .bytes(let bytes, let type):
                    try connection.send(
                        "HTTP/1.1 200 OK\r\nContent-Type: \(type)\r\nContent-Length: \(bytes.count)\r\n\r\n")
                    try connection.send(bytes)
                case .cut(let bytes, let promised):
                    try connection.send("HTTP/1.1 200 OK\r\nContent-Length: \(promised)\r\n\r\n")
                    try connection.send(bytes)
                    return
                case .trickle(let bytes):
                    try connection.send("HTTP/1.1 200 OK\r\nContent-Type: audio/mpeg\r\n\r\n")
                    try connection.send(bytes)
                    return connection.awaitClose()
                case .silence:
                    return connection.awaitClose()
                case .hangUp:
                    return connection.reset()
                }
            }
        }
        on(Self.conversation) { _ in .json(200, Self.detail()) }
        on(Self.audio) { _ in .bytes(Self.recording(seconds: 12), type: "audio/mpeg") }
        on(Self.summary) { _ in .json(200, Self.madeSummary.json) }
        on(Self.report) { _ in .bytes(Array("%PDF-1.7 a report".utf8), type: "application/pdf") }
        on(Self.email) { _ in .json(202, ["notification_ids": ["019b76da-a800-7000-8000-000000000001"]]) }
    }

    /// Answers requests for a path; the closure is told how many there were, this one included.
    func on(_ path: String, _ answer: @escaping @Sendable (Int) -> Answer) {
        state.withLock { $0.handlers[path] = answer }
    }

    func seen(_ path: String) -> [Seen] {
        state.withLock { $0.seen.filter { $0.path == path } }
    }

    /// Returns when a request for the path has come.
    func await(_ path: String) async { await server.awaitReport(path) }

    static let madeSummary = ConversationSummary(
        text: "The customer asked about an order.",
        keyPoints: [ConversationSummary.KeyPoint(text: "Asked", quote: "Where is my order?", atSeconds: 4)],
        actionItems: ["Send the tracking number."], engine: "built-in", inputTokens: 120, outputTokens: 30)

    /// A conversation as the provider describes it.
    static func detail(
        id: String = "conv_1", agent: String = "agent_1", status: String = "done", turns: [JSONValue]? = nil,
        hasAudio: Bool = true, variables: JSONObject = [:], error: String? = nil
    ) -> JSONValue {
        var metadata: JSONObject = [
            "start_time_unix_secs": 1_768_466_000, "call_duration_secs": 12, "cost": 300,
            "termination_reason": "client disconnected", "main_language": "en",
        ]
        if let error { metadata["error"] = ["code": 1, "reason": .string(error)] }
        return [
            "agent_id": .string(agent), "agent_name": "Front desk", "conversation_id": .string(id),
            "status": .string(status), "has_audio": .bool(hasAudio), "has_user_audio": true,
            "has_response_audio": true, "metadata": .object(metadata),
            "transcript": .array(
                turns ?? [
                    turn("agent", "Hello,\nhow can I help?", 0), turn("user", "Where is my order?", 4),
                    ["role": "agent", "message": nil, "time_in_call_secs": 6, "tool_calls": []],
                    turn("agent", "It is on its way.", 8),
                ]),
            "analysis": ["call_successful": "success", "transcript_summary": "Short."],
            "conversation_initiation_client_data": ["dynamic_variables": .object(variables)],
        ]
    }

    static func turn(_ role: String, _ message: String, _ seconds: Int64) -> JSONValue {
        ["role": .string(role), "message": .string(message), "time_in_call_secs": .integer(seconds)]
    }

    /// Silent frames of MPEG-2 layer III, 8 kbit/s, 16 kHz: 36 bytes for 36 ms.
    static func recording(seconds: Double) -> [UInt8] {
        let frame = [0xFF, 0xF3, 0x18, 0xC4] + [UInt8](repeating: 0, count: 32)
        return Array(repeatElement(frame, count: Int((seconds / 0.036).rounded(.up))).joined())
    }
}
