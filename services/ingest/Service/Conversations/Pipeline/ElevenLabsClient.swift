import HTTPClient
import HTTPMessages
import JSONCoding
import Platform
import Settings

/// The calls of ElevenLabs' API that are needed here. No call is repeated: that is the job's business.
struct ElevenLabsClient: Sendable {
    static let standardURL = "https://api.elevenlabs.io"
    /// A larger answer is none of theirs.
    static let answerBytesMax = 16 << 20
    /// The longest pause that is waited for when they ask for one.
    static let pauseMax = Duration.seconds(300)

    let baseURL: String
    /// Nil when none is configured.
    let key: Secret?
    let client: HTTPClient
    let time: any TimeSource

    /// Whether calling has a chance: there is a key, or another server than the real one, which may need none.
    var isConfigured: Bool { key != nil || baseURL != Self.standardURL }

    /// What is known about a conversation, whatever its status.
    func conversation(_ id: String, timeout: Duration) async throws(StepFailure) -> ProviderConversation {
        let json = try await json("/v1/convai/conversations/\(PercentCoding.encode(id))", timeout)
        guard let conversation = ProviderConversation(json: json), conversation.conversationID == id else {
            throw .temporary("ElevenLabs gave an answer that is no conversation.")
        }
        return conversation
    }

    /// The recording as it arrives; nil when there is none.
    func audio(_ id: String, timeout: Duration) async throws(StepFailure) -> HTTPClientStream? {
        var request = try request("/v1/convai/conversations/\(PercentCoding.encode(id))/audio", timeout)
        // The step's own limit ends what never does.
        request.timeouts.total = nil
        request.responseBytesMax = .max
        let stream: HTTPClientStream
        do {
            stream = try await client.stream(request)
        } catch {
            throw Self.failure(error)
        }
        if stream.status.isSuccess { return stream }
        let document = (try? await stream.collect(upTo: 64 << 10)) ?? []
        if stream.status == .notFound { return nil }
        throw failure(stream.head, document)
    }

    /// A page of the conversations since a moment, finished or not: their ids and agents.
    func conversations(
        since moment: Timestamp, cursor: String?, timeout: Duration
    ) async throws(StepFailure) -> (items: [(id: String, agentID: String, status: String)], next: String?) {
        var query = "page_size=100&call_start_after_unix=\(moment.millisecondsSince1970 / 1_000)"
        if let cursor { query += "&cursor=\(PercentCoding.encode(cursor))" }
        let json = try await json("/v1/convai/conversations?\(query)", timeout)
        guard let list = json["conversations"]?.array else {
            throw .temporary("ElevenLabs gave an answer that is no list.")
        }
        let items = list.compactMap { item -> (id: String, agentID: String, status: String)? in
            guard let id = item["conversation_id"]?.string, let agent = item["agent_id"]?.string,
                let status = item["status"]?.string
            else { return nil }
            return (id, agent, status)
        }
        return (items, json["has_more"]?.bool == true ? json["next_cursor"]?.string : nil)
    }

    private func request(_ path: String, _ timeout: Duration) throws(StepFailure) -> HTTPClientRequest {
        guard isConfigured else {
            throw .permanent("ElevenLabs is not configured: ELEVENLABS_API_KEY is missing.")
        }
        var fields: HTTPFields = [:]
        if let key { fields.append("xi-api-key", key.revealed) }
        return HTTPClientRequest(
            .get, baseURL + path, fields: fields,
            timeouts: HTTPClientRequest.Timeouts(
                connect: .seconds(5), firstByte: timeout, idle: timeout, total: min(timeout * 4, .seconds(240))),
            retry: .none, responseBytesMax: Self.answerBytesMax, peer: "elevenlabs")
    }

    private func json(_ path: String, _ timeout: Duration) async throws(StepFailure) -> JSONValue {
        let request = try request(path, timeout)
        let response: HTTPClientResponse
        do {
            response = try await client.send(request)
        } catch {
            throw Self.failure(error)
        }
        guard response.isSuccess else { throw failure(response.head, response.body) }
        guard let json = try? JSONValue(parsing: response.body) else {
            throw .temporary("ElevenLabs gave an answer that cannot be read.")
        }
        return json
    }

    /// What a refusal means for the step.
    private func failure(_ head: HTTPResponseHead, _ document: [UInt8]) -> StepFailure {
        let reason = Self.reason(document)
        let detail = reason.map { " (\($0))" } ?? ""
        switch head.status.code {
        case 401, 403: return .permanent("ElevenLabs refuses the API key\(detail).")
        case 404: return .permanent("ElevenLabs does not know this conversation\(detail).")
        case 429:
            let asked = ServerDelay.asked(in: head.fields, now: time.wall) ?? .seconds(10)
            return .wait(min(max(asked, .seconds(1)), Self.pauseMax), "ElevenLabs asks to be left alone\(detail).")
        case 408, 500...: return .temporary("ElevenLabs cannot answer: status \(head.status.code)\(detail).")
        default: return .permanent("ElevenLabs refuses the request: status \(head.status.code)\(detail).")
        }
    }

    static func failure(_ error: HTTPClientError) -> StepFailure {
        if error.code == .cancelled { return .cancelled }
        if error.isTimeout { return .temporary("ElevenLabs takes too long to answer.") }
        if error.code == .responseTooLarge { return .permanent("The answer of ElevenLabs is too large.") }
        return .temporary("ElevenLabs cannot be reached (\(error.code)).")
    }

    /// The reason in an error document: `detail` is an object, for 422 a list, and now and then a text.
    private static func reason(_ document: [UInt8]) -> String? {
        guard let detail = (try? JSONValue(parsing: document))?["detail"] else { return nil }
        let text: String? =
            if let first = detail.array?.first {
                [first["loc"]?.array?.compactMap(\.string).joined(separator: "."), first["msg"]?.string]
                    .compactMap(\.self).joined(separator: ": ")
            } else {
                detail["message"]?.string ?? detail["status"]?.string ?? detail.string
            }
        // Shown to people and logged: one line of moderate length.
        let clean = text?.unicodeScalars.map { $0.value < 0x20 || $0.value == 0x7F ? " " : Character($0) }
        return clean.map { String($0.prefix(200)) }.flatMap { $0.isEmpty ? nil : $0 }
    }
}
