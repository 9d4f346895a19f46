import Classification

/// The category of an incident and why.
package struct IncidentClassification: Sendable, Hashable {
    package var category: IncidentCategory
    /// 0 to 1; calibrated when the built-in classifier decided, the model's own opinion when a language model did.
    package var confidence: Double
    /// The category that came second, with its confidence.
    package var secondBest: IncidentCategory?
    package var secondConfidence: Double
    /// One sentence for staff. May contain words of the message.
    package var reason: String
    /// Who decided: `built-in`, or the kind of server and its model, such as `ollama:llama3`.
    package var engine: String

    package static let builtInEngine = "built-in"

    package init(
        category: IncidentCategory, confidence: Double, secondBest: IncidentCategory?, secondConfidence: Double,
        reason: String, engine: String
    ) {
        self.category = category
        self.confidence = confidence
        self.secondBest = secondBest
        self.secondConfidence = secondConfidence
        self.reason = reason
        self.engine = engine
    }
}

extension IncidentClassification {
    /// What the built-in classifier has found.
    init(_ found: Classification) {
        self.init(
            category: IncidentCategory(rawValue: found.best.label) ?? .other, confidence: found.best.confidence,
            secondBest: IncidentCategory(rawValue: found.secondBest.label),
            secondConfidence: found.secondBest.confidence, reason: found.reason, engine: Self.builtInEngine)
    }

    /// Of a message that could not be judged at all.
    static let unknown = IncidentClassification(
        category: .other, confidence: 0, secondBest: nil, secondConfidence: 0,
        reason: "The message could not be classified.", engine: builtInEngine)
}
