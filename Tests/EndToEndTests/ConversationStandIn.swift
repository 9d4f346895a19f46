import JSONCoding
import Platform
import TestSupport

/// Plays ElevenLabs, docs and notify for one conversation; one of them can be told to stop in the middle of an answer.
final class ConversationStandIn: Sendable {
    static let steps = [
        "/v1/convai/conversations/conv_1", "/v1/convai/conversations/conv_1/audio",
        "/internal/summaries/conversation", "/internal/reports/conversation", "/internal/notifications",
    ]

    private struct State {
        var stalling: String?
        var counts: [String: Int] = [:]
        var orderKeys: [String] = []
    }

    private let state: Lock<State>
    private let server: ScriptedServer

    var url: String { server.url }
    var orderKeys: [String] { state.withLock { $0.orderKeys } }

    init() throws {
        let state = Lock(State())
        self.state = state
        server = try ScriptedServer { connection in
            while true {
                let request = try connection.readRequest()
                let path = String(request.head.split(separator: " ", maxSplits: 2).dropFirst().first ?? "")
                let body = (try? JSONValue(parsing: request.body)) ?? .null
                let isStalling = state.withLock { state in
                    state.counts[path, default: 0] += 1
                    if let key = body["idempotency_key"]?.string { state.orderKeys.append(key) }
                    return state.stalling == path
                }
                let answer = Self.answer(path)
                if isStalling {
                    // The head and half of the body, and then nothing until the peer is gone.
                    try connection.send("HTTP/1.1 200 OK\r\nContent-Length: \(answer.count)\r\n\r\n")
                    try connection.send(Array(answer.prefix(answer.count / 2)))
                    connection.report("stalled")
                    return connection.awaitClose()
                }
                let status = path == "/internal/notifications" ? 202 : 200
                try connection.send("HTTP/1.1 \(status) OK\r\nContent-Length: \(answer.count)\r\n\r\n")
                try connection.send(answer)
            }
        }
    }

    /// Which path stops from now on; nil for none.
    func stall(_ path: String?) { state.withLock { $0.stalling = path } }

    /// Returns when an answer has stopped.
    func stalled() async { await server.awaitReport("stalled") }

    func count(_ path: String) -> Int { state.withLock { $0.counts[path] ?? 0 } }

    private static func answer(_ path: String) -> [UInt8] {
        switch path {
        case steps[0]:
            let turns: JSONValue = [
                ["role": "agent", "message": "Hello.", "time_in_call_secs": 0],
                ["role": "user", "message": "Where is my order?", "time_in_call_secs": 2],
            ]
            let detail: JSONValue = [
                "conversation_id": "conv_1", "agent_id": "agent_1", "status": "done", "has_audio": true,
                "metadata": ["start_time_unix_secs": 1_768_466_000, "call_duration_secs": 4], "transcript": turns,
            ]
            return detail.serialized()
        case steps[1]:
            let frame = [0xFF, 0xF3, 0x18, 0xC4] + [UInt8](repeating: 0, count: 32)
            return Array(repeatElement(frame, count: 120).joined())
        case steps[2]:
            let summary: JSONValue = [
                "text": "A question.", "key_points": [], "action_items": [], "engine": "built-in", "input_tokens": 1,
                "output_tokens": 1,
            ]
            return summary.serialized()
        case steps[3]: return Array("%PDF-1.7 a report".utf8)
        case steps[4]: return Array(#"{"notification_ids":["019b76da-a800-7000-8000-000000000001"]}"#.utf8)
        default: return Array("{}".utf8)
        }
    }
}
