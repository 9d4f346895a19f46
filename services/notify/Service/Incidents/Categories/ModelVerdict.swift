import JSONCoding
import LanguageModels

/// Asks a language model what an incident is about.
struct ModelVerdict: Sendable {
    let category: IncidentCategory
    let confidence: Double
    let reason: String
    let engine: String

    /// The longest message that a model is shown, in characters; of a longer one its beginning.
    static let messageLengthMax = 8_000
    static let reasonLengthMax = 500

    static let schema = JSONSchema.object(
        [
            ("category", .string(allowed: IncidentCategory.allCases.map(\.rawValue))),
            ("confidence", .number(min: 0, max: 1)),
            ("reason", .string(minLength: 1, maxLength: reasonLengthMax)),
        ], required: ["category", "confidence", "reason"])

    /// - Parameter mark: a random text, so that the message cannot forge its own end.
    /// - Throws: `ModelError`.
    init(
        on message: String, by model: any LanguageModel, template: PromptTemplate,
        mark: String = StudyPrompt.makeMark()
    ) async throws {
        let text = String(message.prefix(Self.messageLengthMax)).split(separator: mark).joined()
        let prompt = ModelPrompt(
            system: template.part("system", values: ["mark": mark]),
            messages: [ModelMessage(.user, template.part("user", values: ["message": text, "mark": mark]))],
            options: ModelOptions(temperature: 0, answerTokensMax: 300, seed: 1))
        var usage = TokenUsage.none
        let answer = try await model.structured(
            prompt, schema: Self.schema, name: "classification", usage: &usage)
        // The schema has been checked; the defaults are never taken.
        category = answer["category"]?.string.flatMap(IncidentCategory.init) ?? .other
        confidence = answer["confidence"]?.number ?? 0
        reason = answer["reason"]?.string ?? ""
        engine = "\(model.engine):\(model.name)"
    }
}
