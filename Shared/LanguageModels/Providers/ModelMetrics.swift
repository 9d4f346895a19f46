import Metrics

/// What every service counts of its calls to models: how many ended how, how long they took, how many are open, and the
/// tokens that the servers say they used.
struct ModelMetrics: Sendable {
    private let registry: MetricRegistry
    private let engine: String
    private let open: Gauge
    private let seconds: Histogram
    private let promptTokens: Counter
    private let answerTokens: Counter

    init(_ registry: MetricRegistry, engine: String) {
        self.registry = registry
        self.engine = engine
        let labels: MetricLabels = [(name: "engine", value: engine)]
        func tokens(_ kind: String) -> Counter {
            registry.counter(
                "model_tokens_total", help: "Tokens of calls to language models, as the servers count them.",
                labels: labels + [(name: "kind", value: kind)])
        }
        open = registry.gauge("model_calls_open", help: "Calls to language models that have not ended.", labels: labels)
        seconds = registry.histogram(
            "model_call_seconds", help: "Time of a call to a language model, to the end of its answer.", labels: labels)
        promptTokens = tokens("prompt")
        answerTokens = tokens("answer")
    }

    func began() { open.add(1) }

    /// - Parameter error: Nil for an answer that came whole.
    func ended(_ error: ModelError?, after duration: Duration) {
        open.add(-1)
        seconds.observe(duration)
        count(error)
    }

    /// A call that was not made because the server is left alone for a while.
    func refused(_ error: ModelError) { count(error) }

    func used(_ finish: ModelFinish) {
        promptTokens.add(UInt64(max(0, finish.promptTokens ?? 0)))
        answerTokens.add(UInt64(max(0, finish.answerTokens ?? 0)))
    }

    private func count(_ error: ModelError?) {
        registry.counter(
            "model_calls_total", help: "Calls to language models by how they ended.",
            labels: [(name: "engine", value: engine), (name: "outcome", value: error?.code.description ?? "ok")]
        ).add()
    }
}
