import HTTPMessages
import JSONCoding

/// The reply of `/chat/completions` as server-sent events, ended by `data: [DONE]`. Comment pings, chunks without choices,
/// padding and unknown fields are passed over; an `error` in a chunk or an `event: error` is a failure.
struct OpenAIReply: ModelReply {
    private(set) var isFinished = false
    private var events = ServerSentEventParser()
    private var reason: ModelFinish.Reason?
    private var promptTokens: Int?
    private var answerTokens: Int?

    mutating func consume(_ bytes: [UInt8], into found: inout [ModelEvent]) throws(ModelError) {
        let complete: [ServerSentEvent]
        do {
            complete = try events.append(bytes)
        } catch {
            throw ModelError(.replyTooLarge, "The language model's reply has an event that is too long.")
        }
        for event in complete where !isFinished { found += try read(event) }
    }

    mutating func end(into events: inout [ModelEvent]) throws(ModelError) {}

    private mutating func read(_ event: ServerSentEvent) throws(ModelError) -> [ModelEvent] {
        let data = event.data.drop { $0 == " " }
        if data == "[DONE]" {
            isFinished = true
            let finish = ModelFinish(reason: reason ?? .stop, promptTokens: promptTokens, answerTokens: answerTokens)
            return [.finished(finish)]
        }
        let json = try? JSONValue(parsing: Array(data.utf8))
        if event.event == "error" { throw ModelErrorBody(json ?? .null).midStreamError }
        guard let json, json.object != nil else {
            throw ModelError(.malformedReply, "The language model's reply cannot be read.")
        }
        if ModelErrorBody.isError(json) { throw ModelErrorBody(json).midStreamError }
        if let usage = json["usage"], !usage.isNull {
            promptTokens = usage["prompt_tokens"]?.integer.flatMap { Int(exactly: $0) }
            answerTokens = usage["completion_tokens"]?.integer.flatMap { Int(exactly: $0) }
        }
        guard let choice = json["choices"]?[0] else { return [] }
        noteReason(choice["finish_reason"]?.string)
        if let text = choice["delta"]?["refusal"]?.string, !text.isEmpty {
            reason = .refused
            return [.text(text)]
        }
        guard let text = choice["delta"]?["content"]?.string, !text.isEmpty else { return [] }
        return [.text(text)]
    }

    private mutating func noteReason(_ word: String?) {
        guard let word, reason != .refused else { return }
        reason =
            switch word {
            case "stop": .stop
            case "length": .length
            case "content_filter": .refused
            default: .other(word)
            }
    }
}
