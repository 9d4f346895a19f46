import Classification
import Logs

/// Judges a message by its words alone, in a fraction of a millisecond.
struct WordJudge: IncidentJudge {
    private let classifier: ExampleClassifier
    private let logger: Logger

    /// - Throws: `ClassificationError` when the built-in examples are wrong.
    init(logger: Logger) throws {
        classifier = ExampleClassifier(examples: try IncidentExamples.load(), embedder: nil, logger: logger)
        self.logger = logger
    }

    /// Learns from the examples, some 50 ms, so that the first report need not wait for it. Failing, it is done anew then.
    func prepare() async {
        do {
            try await classifier.prepare()
        } catch {
            logger.error("the examples of incidents could not be learned", [("error", "\(error)")])
        }
    }

    func classify(_ message: String) async -> IncidentClassification {
        do {
            return IncidentClassification(try await classifier.classify(message))
        } catch {
            logger.error("an incident could not be classified by its words", [("error", "\(error)")])
            return .unknown
        }
    }
}
