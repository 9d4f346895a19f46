import Classification
package import Embeddings
package import Logs

/// Says what an incident is about.
package struct IncidentClassifier: Sendable {
    private let builtIn: ExampleClassifier
    private let logger: Logger

    /// - Parameter embedder: Nil when the model is not installed: then the words alone decide.
    /// - Throws: `ClassificationError` when the embedded examples are wrong.
    package init(embedder: (any Embedder)?, logger: Logger) throws {
        builtIn = ExampleClassifier(examples: try IncidentExamples.load(), embedder: embedder, logger: logger)
        self.logger = logger
    }

    /// Loads the embedder and learns from the examples (about a second), so that the first incident need not wait.
    package func prepare() async throws {
        try await builtIn.prepare()
    }

    /// The category of a message. Never fails: what cannot be judged is `other` with confidence 0.
    package func classify(_ message: String) async -> IncidentClassification {
        do {
            let found = try await builtIn.classify(message)
            return IncidentClassification(
                category: IncidentCategory(rawValue: found.best.label) ?? .other, confidence: found.best.confidence,
                secondBest: IncidentCategory(rawValue: found.secondBest.label),
                secondConfidence: found.secondBest.confidence, reason: found.reason,
                engine: IncidentClassification.builtInEngine)
        } catch {
            logger.error("an incident could not be classified", [("error", "\(error)")])
            return IncidentClassification(
                category: .other, confidence: 0, secondBest: nil, secondConfidence: 0,
                reason: "The message could not be classified.", engine: IncidentClassification.builtInEngine)
        }
    }
}
