import HTTPMessages
import HTTPServer
import JSONCoding
import LanguageModels
import Logs
import Metrics
import Platform
import ServiceKit
import Tokens

/// `/ws/chat`: the same questions over a WebSocket. The client sends `{"type":"chat_query","message","lecture_id","use_web"}`
/// and gets `{"type":"chunk","text"}` …, then `{"type":"complete","citations","cached"}` or
/// `{"type":"error","code","detail"}`.
///
/// Questions are answered one after the other; a few may wait. Closing the socket cancels the answer in the making.
struct ChatSocketRoutes: Sendable {
    /// Questions that wait behind the one being answered; one more gets an error.
    static let waitingMax = 4
    static let messageBytesMax = 64 << 10

    let desk: AnswerDesk
    let metrics: ChatMetrics
    let logger: Logger

    func add(to api: inout API) {
        api.get(
            "/ws/chat", access: .user, summary: "Asks over a WebSocket; see the README of chat for its messages",
            answers: [.empty(101, "The WebSocket"), .problem(426, "Not a WebSocket handshake")]
        ) { request in
            let userID = try request.user.subject
            var options = WebSocketOptions()
            options.limits.messageBytesMax = Self.messageBytesMax
            return .webSocket(request, options: options) { socket in
                try await converse(socket, userID: userID, request: request)
            }
        }
    }

    private func converse(_ socket: WebSocket, userID: Identifier, request: HTTPRequest) async throws {
        let (questions, queue) = AsyncStream.makeStream(
            of: JSONValue.self, bufferingPolicy: .bufferingOldest(Self.waitingMax))
        let loop = request.context.eventLoop
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask(executorPreference: loop) {
                defer { queue.finish() }
                while let message = try await socket.receive() {
                    guard case .text(let text) = message, let json = try? JSONValue(parsing: Array(text.utf8)) else {
                        try await refuse(socket, code: "malformed_json", "A message must be a JSON object.")
                        continue
                    }
                    if case .dropped = queue.yield(json) {
                        try await refuse(socket, code: "too_many_questions", "Wait for the answers under way.")
                    }
                }
            }
            group.addTask(executorPreference: loop) {
                for await json in questions { try await answer(json, on: socket, userID: userID, request: request) }
            }
            // Whichever ends first ends both: a closed socket cancels the answer in the making.
            defer { group.cancelAll() }
            try await group.next()
        }
    }

    /// Answers one message; only a broken socket throws.
    private func answer(
        _ json: JSONValue, on socket: WebSocket, userID: Identifier, request: HTTPRequest
    ) async throws {
        let run: AnswerRun
        do {
            guard json["type"]?.string == "chat_query" else {
                throw Problem.badRequest(code: "unknown_type", detail: "The type must be chat_query.")
            }
            let problems = StudyQuestion.schema.validate(json)
            guard problems.isEmpty else { throw Problem.unprocessable(problems) }
            run = try await desk.open(StudyQuestion(json: json), userID: userID, request: request)
        } catch let problem as Problem {
            let fields = problem.errors.map { "\($0.field): \($0.message)" }.joined(separator: "; ")
            return try await refuse(
                socket, code: problem.code, problem.detail ?? (fields.isEmpty ? problem.title : fields))
        } catch is CancellationError {
            throw CancellationError()
        } catch {
            logger.error(
                "a question failed", [("request.id", request.context.requestID), ("error", "\(error)")])
            return try await refuse(socket, code: "internal_error", "Something went wrong on our side.")
        }
        metrics.openStreams.add(1)
        defer { metrics.openStreams.add(-1) }
        let collected = Lock<[JSONValue]>([])
        try await desk.writer.write(run, from: .text(offset: 0)) { event in
            switch event {
            case .text(let text, _): try await send(["type": "chunk", "text": .string(text)], to: socket)
            case .reset: break
            case .citations(let citations): collected.withLock { $0 = citations.map(\.json) }
            case .done(let summary):
                try await send(Self.complete(summary, citations: collected.withLock { $0 }), to: socket)
            case .failed(let code, let detail): try await refuse(socket, code: code, detail)
            }
        }
    }

    private static func complete(_ summary: AnswerSummary, citations: [JSONValue]) -> JSONValue {
        var object: JSONObject = [
            "type": "complete", "citations": .array(citations), "cached": .bool(summary.isCached),
        ]
        summary.json.object?.forEach { name, value in if object[name] == nil { object[name] = value } }
        return .object(object)
    }

    private func refuse(_ socket: WebSocket, code: String, _ detail: String) async throws {
        try await send(["type": "error", "code": .string(code), "detail": .string(detail)], to: socket)
    }

    private func send(_ json: JSONValue, to socket: WebSocket) async throws { try await socket.send(text: json.text) }
}
