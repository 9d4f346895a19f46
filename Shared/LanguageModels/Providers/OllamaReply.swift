import HTTPMessages
import JSONCoding

/// The reply of Ollama's `/api/chat`: one JSON object per line, the last with `done: true`. A failure after the first byte is
/// one more line with `error`, under status 200.
struct OllamaReply: ModelReply {
    private(set) var isFinished = false
    private var lines = LineSplitter()

    mutating func consume(_ bytes: [UInt8], into events: inout [ModelEvent]) throws(ModelError) {
        let complete: [[UInt8]]
        do {
            complete = try lines.append(bytes)
        } catch {
            throw ModelError(.replyTooLarge, "The language model's reply has a line that is too long.")
        }
        for line in complete { events += try read(line) }
    }

    mutating func end(into events: inout [ModelEvent]) throws(ModelError) {
        guard let line = lines.finish(), !isFinished else { return }
        // A line without its end may be cut anywhere: what is no JSON is a cut, not a malformed reply.
        guard (try? JSONValue(parsing: line)) != nil else { return }
        events += try read(line)
    }

    private mutating func read(_ line: [UInt8]) throws(ModelError) -> [ModelEvent] {
        guard !isFinished, !line.allSatisfy({ $0 == UInt8(ascii: " ") }) else { return [] }
        guard let json = try? JSONValue(parsing: line), json.object != nil else {
            throw ModelError(.malformedReply, "The language model's reply cannot be read.")
        }
        if ModelErrorBody.isError(json) { throw ModelErrorBody(json).midStreamError }
        var events: [ModelEvent] = []
        if let text = json["message"]?["content"]?.string, !text.isEmpty { events.append(.text(text)) }
        if json["done"]?.bool == true {
            isFinished = true
            let reason: ModelFinish.Reason =
                switch json["done_reason"]?.string {
                case "length": .length
                case "stop", nil: .stop
                case .some(let other): .other(other)
                }
            events.append(
                .finished(
                    ModelFinish(
                        reason: reason, promptTokens: Self.count("prompt_eval_count", json),
                        answerTokens: Self.count("eval_count", json))))
        }
        return events
    }

    /// Counters are left out when they are zero.
    private static func count(_ name: String, _ json: JSONValue) -> Int? {
        json[name]?.integer.flatMap { Int(exactly: $0) }
    }
}
