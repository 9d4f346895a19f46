package import Embeddings
package import Logs
internal import Platform

/// Classifies texts by labelled examples: by what they mean, as far as there is an embedder, and by their words.
///
/// Nothing is computed before the first text, or `prepare()`; whoever asks meanwhile waits without holding up anybody. The
/// work runs on a thread of its own. When the embedder fails, the words alone decide, with confidences that fit that.
package actor ExampleClassifier {
    private let examples: ExampleSet
    private let embedder: (any Embedder)?
    private let options: ClassifierOptions
    private let logger: Logger?
    private let executor = BlockingExecutor(name: "classify")
    private var byMeaning: Training?
    private var byWords: TrainedClassifier?

    private typealias Training = Task<TrainedClassifier, any Error>

    /// A text is judged by its beginning if it is longer, in characters.
    package static let textLengthMax = 4_000

    /// - Parameter embedder: Nil when there is none: then the words alone decide.
    package init(
        examples: ExampleSet, embedder: (any Embedder)?, options: ClassifierOptions = ClassifierOptions(),
        logger: Logger? = nil
    ) {
        self.examples = examples
        self.embedder = embedder
        self.options = options
        self.logger = logger
    }

    package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// Learns from the examples, so that the first text need not wait for it; does nothing when that is done.
    ///
    /// - Throws: `ClassificationError`.
    @inline(never)
    package func prepare() async throws {
        _ = try await classifier()
    }

    /// The label of a text, with its confidence and reason. Goes before texts that nobody waits for.
    ///
    /// - Throws: `ClassificationError`, or `CancellationError`.
    @inline(never)
    package func classify(_ text: String) async throws -> Classification {
        let found = try await classify([text], urgency: .question)
        guard let first = found.first else { throw CancellationError() }
        return first
    }

    /// The labels of some texts that nobody waits for, in order. Short texts cost about half of what they cost one by
    /// one: the embedder reads its weights once for all of them, which is what a short text's time goes into.
    ///
    /// - Throws: `ClassificationError`, or `CancellationError`.
    @inline(never)
    package func classify(_ texts: [String]) async throws -> [Classification] {
        try await classify(texts, urgency: .material)
    }

    private func classify(_ texts: [String], urgency: EmbeddingUrgency) async throws -> [Classification] {
        let texts = texts.map { String($0.prefix(Self.textLengthMax)) }
        let trained = try await classifier()
        guard trained.usesVectors, let embedder else { return texts.map { trained.classify($0, vector: nil) } }
        do {
            let vectors = try await embedder.embed(texts, urgency: urgency)
            return zip(texts, vectors).map { trained.classify($0, vector: $1) }
        } catch let error as EmbeddingError {
            logger?.warning("texts are classified by their words alone", [("embedding.error", error.description)])
            let words = try wordClassifier()
            return texts.map { words.classify($0, vector: nil) }
        }
    }

    /// How good the classifier is on examples that were left out of the training, group by group.
    ///
    /// - Throws: `ClassificationError`.
    @inline(never)
    package func crossValidation() async throws -> GuessQuality {
        try await classifier().quality
    }

    private func classifier() async throws -> TrainedClassifier {
        guard let embedder else { return try wordClassifier() }
        // Owned by the actor and waited for by everybody who asks, so one caller who gives up does not end it for the
        // others. It ends by itself; after a failure the next text tries again.
        let training = byMeaning ?? Training { try await train(with: embedder) }
        byMeaning = training
        do {
            return try await training.value
        } catch let error as EmbeddingError {
            if byMeaning == training { byMeaning = nil }
            logger?.warning("the classifier works by words alone", [("embedding.error", error.description)])
            return try wordClassifier()
        }
    }

    private func train(with embedder: any Embedder) async throws -> TrainedClassifier {
        let vectors = try await embedder.embed(examples.examples.map(\.text))
        return try TrainedClassifier(examples, vectors: vectors, options: options)
    }

    private func wordClassifier() throws(ClassificationError) -> TrainedClassifier {
        if let byWords { return byWords }
        let trained = try TrainedClassifier(examples, vectors: nil, options: options)
        byWords = trained
        return trained
    }
}
