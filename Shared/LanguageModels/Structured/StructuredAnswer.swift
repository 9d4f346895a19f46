import JSONCoding
import Retrieval

/// What a model wrote when it was asked for JSON.
struct StructuredAnswer {
    /// Longer answers are an error: no shape that is asked for here needs so much.
    static let bytesMax = 256 << 10
    /// How much of a wrong answer the model is shown again, in characters.
    static let shownLengthMax = 4_000
    static let problemsShownMax = 10

    enum Judgement {
        case right(JSONValue)
        /// In words for the model.
        case wrong([String])
    }

    let text: String
    let finish: ModelFinish

    /// Asks and reads to the end.
    /// - Throws: `ModelError`; `refusedAnswer` when the model or its provider declines.
    init(of model: any LanguageModel, to prompt: ModelPrompt, usage: inout TokenUsage) async throws {
        var text = ""
        var finish: ModelFinish?
        defer {
            usage += TokenUsage(
                inputTokens: finish?.promptTokens ?? Self.estimate(prompt),
                outputTokens: finish?.answerTokens ?? TokenEstimate.count(text))
        }
        for try await event in try await model.stream(prompt) {
            switch event {
            case .text(let piece):
                text += piece
                guard text.utf8.count <= Self.bytesMax else {
                    throw ModelError(.replyTooLarge, "The language model's answer is too long.")
                }
            case .finished(let end): finish = end
            }
        }
        guard let finish else { throw ModelError(.cutOff, "The language model's reply was cut off.") }
        if finish.reason == .refused {
            throw ModelError(.refusedAnswer, "The language model declined to answer.", serverText: text)
        }
        self.text = text
        self.finish = finish
    }

    /// The first value that fits, or what is wrong with the most complete one.
    func judged(by schema: JSONSchema) -> Judgement {
        let values = JSONFinder.values(in: text)
        if let value = values.first(where: { schema.validate($0).isEmpty }) { return .right(value) }
        guard let last = values.last else {
            let isCut = finish.reason == .length
            return .wrong([
                isCut
                    ? "the answer was cut off because it was too long: answer more briefly"
                    : "the answer contains no complete JSON value"
            ])
        }
        return .wrong(
            schema.validate(last).prefix(Self.problemsShownMax).map {
                $0.field.isEmpty ? "the answer \($0.message)" : "\($0.field) \($0.message)"
            })
    }

    var shortened: String { text.isEmpty ? "(nothing)" : String(text.prefix(Self.shownLengthMax)) }

    static func instruction(_ schema: ResponseSchema) -> String {
        """
        Answer with one JSON value and nothing else: no fence, no words before or after it. It must fit this JSON Schema:
        \(schema.json.text)
        """
    }

    static func correction(_ problems: [String]) -> String {
        """
        This is not what was asked for:
        \(problems.map { "- \($0)" }.joined(separator: "\n"))
        Answer again with the corrected JSON value and nothing else.
        """
    }

    private static func estimate(_ prompt: ModelPrompt) -> Int {
        prompt.messages.reduce(TokenEstimate.count(prompt.system)) { $0 + TokenEstimate.count($1.content) }
    }
}
