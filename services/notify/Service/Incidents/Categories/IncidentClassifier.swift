import Classification
package import Embeddings
package import LanguageModels
package import Logs
package import Platform

/// Says what an incident is about: a language model if there is one, else, or when that fails, the built-in classifier.
package struct IncidentClassifier: Sendable {
    /// How long an incident waits for a language model before the built-in classifier decides.
    package static let modelPatience = Duration.seconds(8)

    private let builtIn: ExampleClassifier
    private let models: (any ModelSource)?
    private let prompts: PromptFolder
    private let logger: Logger
    private let time: any TimeSource

    /// - Parameters:
    ///   - embedder: Nil when the embedding model is not installed: then the words alone decide.
    ///   - models: Nil for the built-in classifier only.
    ///   - prompts: The folder with `classification.txt`.
    /// - Throws: `ClassificationError` when the embedded examples are wrong.
    package init(
        embedder: (any Embedder)?, models: (any ModelSource)? = nil,
        prompts: PromptFolder = PromptFolder(path: "prompts"),
        logger: Logger, time: any TimeSource = SystemTime()
    ) throws {
        builtIn = ExampleClassifier(examples: try IncidentExamples.load(), embedder: embedder, logger: logger)
        self.models = models
        self.prompts = prompts
        self.logger = logger
        self.time = time
    }

    /// Loads the embedder and learns from the examples (about a second), so that the first incident need not wait.
    package func prepare() async throws {
        try await builtIn.prepare()
    }

    /// The category of a message. Never fails: what cannot be judged is `other` with confidence 0.
    package func classify(_ message: String) async -> IncidentClassification {
        let own = await ownOpinion(on: message)
        guard let model = await models?.current() else { return own }
        do {
            let template = try prompts.template("classification")
            let verdict = try await verdict(on: message, by: model, template: template)
            // What the built-in classifier thinks is the second opinion.
            let isSame = own.category == verdict.category
            return IncidentClassification(
                category: verdict.category, confidence: verdict.confidence,
                secondBest: isSame ? own.secondBest : own.category,
                secondConfidence: isSame ? own.secondConfidence : own.confidence, reason: verdict.reason,
                engine: verdict.engine)
        } catch {
            logger.warning(
                "a model did not classify an incident; the built-in classifier decides",
                [
                    ("model.engine", model.engine),
                    ("model.error", "\((error as? ModelError)?.code.description ?? "\(error)")"),
                ])
            return own
        }
    }

    /// The categories of some messages that nobody waits for, in order: without a model all at once, which is cheaper.
    package func classify(_ messages: [String]) async -> [IncidentClassification] {
        guard await models?.current() == nil else {
            var found: [IncidentClassification] = []
            for message in messages { found.append(await classify(message)) }
            return found
        }
        do {
            return try await builtIn.classify(messages).map { IncidentClassification($0) }
        } catch {
            logger.error("incidents could not be classified", [("error", "\(error)")])
            return messages.map { _ in .unknown }
        }
    }

    private func ownOpinion(on message: String) async -> IncidentClassification {
        do {
            return IncidentClassification(try await builtIn.classify(message))
        } catch {
            logger.error("an incident could not be classified", [("error", "\(error)")])
            return .unknown
        }
    }

    private func verdict(
        on message: String, by model: any LanguageModel, template: PromptTemplate
    ) async throws -> ModelVerdict {
        try await withThrowingTaskGroup(of: ModelVerdict.self) { group in
            group.addTask { try await ModelVerdict(on: message, by: model, template: template) }
            group.addTask { [time] in
                try await time.sleep(for: Self.modelPatience)
                throw ModelError(.timeout, "The language model took too long.")
            }
            defer { group.cancelAll() }
            guard let first = try await group.next() else { throw CancellationError() }
            return first
        }
    }
}
