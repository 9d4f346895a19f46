import HTTPMessages
import JSONCoding
import LanguageModels
import Platform

/// What a client is told while an answer is made, in this order: pieces of text, citations, `done`; or `failed` at any
/// point.
enum AnswerEvent: Sendable, Hashable {
    /// A piece of the answer, and how many bytes of it (UTF-8) there are with it.
    case text(String, end: Int)
    /// What was sent so far is to be forgotten: after an interruption the model gave another answer.
    case reset
    case citations([Citation])
    case done(AnswerSummary)
    case failed(code: String, detail: String)

    /// Something the reader of an answer should know about how it was made.
    struct Notice: Sendable, Hashable {
        var code: String
        var message: String

        var json: JSONValue { ["code": .string(code), "message": .string(message)] }
    }

    /// As a server-sent event. Its id is the answer's with how far the client has come, all that is needed to go on.
    func serverSent(answerID: Identifier) -> ServerSentEvent {
        func event(_ name: String, _ data: JSONValue, _ position: String) -> ServerSentEvent {
            ServerSentEvent(event: name, data: data.text, id: "\(answerID):\(position)")
        }
        switch self {
        case .text(let text, let end): return event("token", ["text": .string(text)], String(end))
        case .reset: return event("reset", [:], "0")
        case .citations(let citations): return event("citations", ["citations": .array(citations.map(\.json))], "c")
        case .done(let summary): return event("done", summary.json, "d")
        case .failed(let code, let detail):
            return event("error", ["code": .string(code), "detail": .string(detail)], "e")
        }
    }
}

/// Where a client stands in an answer, as its `Last-Event-ID` says.
struct AnswerPosition: Sendable, Hashable {
    enum Place: Sendable, Hashable {
        case text(offset: Int)
        case citations
        case end
    }

    let answerID: Identifier
    let place: Place

    /// `nil` for an id that is not one of ours.
    init?(lastEventID: String) {
        let parts = lastEventID.split(separator: ":")
        guard parts.count == 2, let answerID = Identifier(String(parts[0])) else { return nil }
        self.answerID = answerID
        switch parts[1] {
        case "c": place = .citations
        case "d", "e": place = .end
        default:
            guard let offset = Int(parts[1]), offset >= 0 else { return nil }
            place = .text(offset: offset)
        }
    }
}

/// The facts about a finished answer: the content of the `done` event.
struct AnswerSummary: Sendable, Hashable {
    var messageID: Identifier
    var sessionID: Identifier
    /// Which engine and model made it.
    var engine: String
    var model: String
    /// False when the material does not hold the answer.
    var isFound: Bool
    var isCached: Bool
    /// `stop`, or `length` when the answer is cut off at its limit.
    var finishReason: String
    var notices: [AnswerEvent.Notice]
    var searchTime: Duration
    var firstTokenTime: Duration
    var totalTime: Duration

    var json: JSONValue {
        [
            "message_id": .identifier(messageID), "session_id": .identifier(sessionID), "engine": .string(engine),
            "model": .string(model), "found": .bool(isFound), "cached": .bool(isCached),
            "finish_reason": .string(finishReason), "notices": .array(notices.map(\.json)),
            "timings": [
                "search_ms": Self.milliseconds(searchTime), "first_token_ms": Self.milliseconds(firstTokenTime),
                "total_ms": Self.milliseconds(totalTime),
            ],
        ]
    }

    /// With one decimal.
    private static func milliseconds(_ duration: Duration) -> JSONValue {
        .number((duration.inSeconds * 10_000).rounded() / 10)
    }
}

extension AnswerSummary {
    /// From a stored `done` event; times are those of the first telling.
    init?(json: JSONValue, messageID: Identifier, sessionID: Identifier) {
        guard let engine = json["engine"]?.string, let model = json["model"]?.string, let isFound = json["found"]?.bool,
            let finishReason = json["finish_reason"]?.string
        else { return nil }
        let notices = (json["notices"]?.array ?? []).compactMap { notice -> AnswerEvent.Notice? in
            guard let code = notice["code"]?.string, let message = notice["message"]?.string else { return nil }
            return AnswerEvent.Notice(code: code, message: message)
        }
        func time(_ name: String) -> Duration { .seconds((json["timings"]?[name]?.number ?? 0) / 1000) }
        self.init(
            messageID: messageID, sessionID: sessionID, engine: engine, model: model, isFound: isFound, isCached: true,
            finishReason: finishReason, notices: notices, searchTime: time("search_ms"),
            firstTokenTime: time("first_token_ms"), totalTime: time("total_ms"))
    }
}
