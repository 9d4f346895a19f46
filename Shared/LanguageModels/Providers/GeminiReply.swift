import JSONCoding

/// The reply of `streamGenerateContent?alt=sse`: events of one response each. There is no end mark: the reply is finished
/// when the connection ends after a response with `finishReason`.
///
/// An error in the middle may come as bare JSON over several lines without `data:`, also in a list. So this takes
/// `data:` away from lines and then cuts the rest into JSON objects by their brackets, which reads all of these forms.
struct GeminiReply: ModelReply {
    private(set) var isFinished = false
    private var documents = DocumentSplitter()
    private var reason: ModelFinish.Reason?
    private var promptTokens: Int?
    private var answerTokens: Int?

    mutating func consume(_ bytes: [UInt8], into events: inout [ModelEvent]) throws(ModelError) {
        for byte in bytes {
            guard let document = try documents.append(byte) else { continue }
            try read(document, into: &events)
        }
    }

    mutating func end(into events: inout [ModelEvent]) throws(ModelError) {
        guard let reason, !isFinished, documents.isBetweenDocuments else { return }
        isFinished = true
        events.append(
            .finished(ModelFinish(reason: reason, promptTokens: promptTokens, answerTokens: answerTokens)))
    }

    private mutating func read(_ document: [UInt8], into events: inout [ModelEvent]) throws(ModelError) {
        guard let json = try? JSONValue(parsing: document) else {
            throw ModelError(.malformedReply, "The language model's reply cannot be read.")
        }
        if ModelErrorBody.isError(json) { throw ModelErrorBody(json).midStreamError }
        if let blocked = json["promptFeedback"]?["blockReason"]?.string {
            throw ModelError(
                .refusedAnswer, "The language model's provider does not answer this.", serverText: blocked)
        }
        if let usage = json["usageMetadata"] { note(usage) }
        // A blocked prompt has no candidates, one that was stopped for safety may have no content.
        guard let candidate = json["candidates"]?[0] else { return }
        for part in candidate["content"]?["parts"]?.array ?? [] where part["thought"]?.bool != true {
            if let text = part["text"]?.string, !text.isEmpty { events.append(.text(text)) }
        }
        if let word = candidate["finishReason"]?.string { reason = Self.reason(word) }
    }

    private mutating func note(_ usage: JSONValue) {
        func count(_ name: String) -> Int? { usage[name]?.integer.flatMap { Int(exactly: $0) } }
        promptTokens = count("promptTokenCount") ?? promptTokens
        let (answer, thoughts) = (count("candidatesTokenCount"), count("thoughtsTokenCount"))
        if answer != nil || thoughts != nil { answerTokens = (answer ?? 0) + (thoughts ?? 0) }
    }

    private static func reason(_ word: String) -> ModelFinish.Reason {
        switch word {
        case "STOP": .stop
        case "MAX_TOKENS": .length
        case "SAFETY", "RECITATION", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII", "LANGUAGE": .refused
        default: .other(word)
        }
    }

    /// Cuts bytes into JSON objects, whatever stands between them.
    private struct DocumentSplitter {
        /// Larger documents are refused.
        static let bytesMax = 1 << 20

        private var document: [UInt8] = []
        private var depth = 0
        private var isQuoted = false
        private var isEscaped = false
        /// The beginning of the line outside of documents.
        private var line: [UInt8] = []

        var isBetweenDocuments: Bool { depth == 0 }

        /// The object that this byte completes.
        mutating func append(_ byte: UInt8) throws(ModelError) -> [UInt8]? {
            if depth == 0 {
                guard byte == UInt8(ascii: "{"), !isOtherField else {
                    if byte == 0x0A || byte == 0x0D { line = [] } else if line.count < 8 { line.append(byte) }
                    return nil
                }
                document = []
            }
            document.append(byte)
            guard document.count <= Self.bytesMax else {
                throw ModelError(.replyTooLarge, "The language model's reply has an event that is too long.")
            }
            if isEscaped {
                isEscaped = false
            } else if isQuoted {
                if byte == UInt8(ascii: "\\") { isEscaped = true }
                if byte == UInt8(ascii: "\"") { isQuoted = false }
            } else {
                switch byte {
                case UInt8(ascii: "\""): isQuoted = true
                case UInt8(ascii: "{"): depth += 1
                case UInt8(ascii: "}"): depth -= 1
                default: break
                }
            }
            return depth == 0 ? document : nil
        }

        /// Whether the line is a comment or another field of an event, such as `id:`.
        private var isOtherField: Bool {
            line.first == UInt8(ascii: ":") || line.starts(with: "event:".utf8) || line.starts(with: "id:".utf8)
                || line.starts(with: "retry:".utf8)
        }
    }
}
