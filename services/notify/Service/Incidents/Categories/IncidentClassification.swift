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
