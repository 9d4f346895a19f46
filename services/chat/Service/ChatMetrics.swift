import Metrics

/// What the chat service counts.
struct ChatMetrics: Sendable {
    let openStreams: Gauge
    private let registry: MetricRegistry

    init(registry: MetricRegistry) {
        self.registry = registry
        openStreams = registry.gauge("chat_open_streams", help: "Answers being written to clients.")
    }

    /// - Parameter outcome: `found`, `not_found`, `cached`, `failed` or `interrupted`.
    func recordAnswer(engine: String, outcome: String) {
        registry.counter(
            "chat_answers_total", help: "Answers by engine and outcome.",
            labels: [(name: "engine", value: engine), (name: "outcome", value: outcome)]
        ).add()
    }

    /// Counts a question that a model could not answer, so that the extractive engine did.
    func recordFallback(engine: String, reason: String) {
        registry.counter(
            "chat_model_fallbacks_total", help: "Answers that the extractive engine gave in place of a model.",
            labels: [(name: "engine", value: engine), (name: "reason", value: reason)]
        ).add()
    }

    func observeFirstToken(engine: String, _ duration: Duration) {
        registry.histogram(
            "chat_first_token_seconds", help: "From the question to the first words of its answer.",
            labels: [(name: "engine", value: engine)]
        ).observe(duration)
    }
}
