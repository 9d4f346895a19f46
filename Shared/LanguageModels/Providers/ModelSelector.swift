package import HTTPClient
package import Logs
package import Metrics
package import Platform

/// Says which model answers next; `nil` means the built-in extractive engine.
package protocol ModelSource: Sendable {
    func current() async -> (any LanguageModel)?
}

/// Chooses by `LLM_PROVIDER`. A named provider is always taken: a failure of its model is the answer's business. `auto` takes
/// the first configured one that is reachable, Ollama first because it stays in the house, then the OpenAI-compatible server,
/// then Gemini, and looks again from time to time.
package actor ModelSelector: ModelSource {
    /// How long a finding of `auto` stands.
    package static let findingStandsFor = Duration.seconds(15)

    private let provider: ModelSettings.Provider
    private let ollama: OllamaModel?
    private let openAI: OpenAICompatibleModel?
    private let gemini: GeminiModel?
    private let logger: Logger
    private let time: any TimeSource
    private var finding: (model: (any LanguageModel)?, until: MonotonicInstant)?

    package init(
        _ settings: ModelSettings, client: HTTPClient, metrics: MetricRegistry, logger: Logger,
        time: any TimeSource = SystemTime()
    ) {
        provider = settings.provider
        self.logger = logger
        self.time = time
        var options = ModelClientOptions()
        options.contextTokens = settings.contextTokens
        options.firstByteTimeout = settings.firstByteTimeout
        options.idleTimeout = settings.idleTimeout
        ollama =
            settings.ollamaURL.isEmpty
            ? nil
            : OllamaModel(
                baseURL: settings.ollamaURL, model: settings.ollamaModel, options: options, client: client,
                metrics: metrics, logger: logger, time: time)
        openAI =
            settings.openAIBaseURL.isEmpty
            ? nil
            : OpenAICompatibleModel(
                baseURL: settings.openAIBaseURL, key: settings.openAIKey, model: settings.openAIModel, options: options,
                client: client, metrics: metrics, logger: logger, time: time)
        gemini =
            settings.geminiBaseURL.isEmpty
            ? nil
            : GeminiModel(
                baseURL: settings.geminiBaseURL, key: settings.geminiKey, model: settings.geminiModel, options: options,
                client: client, metrics: metrics, logger: logger, time: time)
    }

    package func current() async -> (any LanguageModel)? {
        switch provider {
        case .extractive: return nil
        case .ollama: return ollama
        case .openai: return openAI
        case .gemini: return gemini
        case .auto: return await reachable()
        }
    }

    private func reachable() async -> (any LanguageModel)? {
        if let finding, time.monotonic < finding.until { return finding.model }
        let before = finding?.model?.engine
        let model = await firstReachable()
        // Several questions may have looked at once; the last finding stands.
        finding = (model, time.monotonic + Self.findingStandsFor)
        if model?.engine != before {
            logger.info("who answers has changed", [("model.engine", model?.engine ?? "extractive")])
        }
        return model
    }

    private func firstReachable() async -> (any LanguageModel)? {
        if let ollama, await ollama.isReachable() { return ollama }
        if let openAI, await openAI.isReachable() { return openAI }
        if let gemini, await gemini.isReachable() { return gemini }
        return nil
    }
}
