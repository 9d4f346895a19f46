import Metrics
import Platform

/// What a client counts: requests by peer and outcome, and how long they took. One request counts once, whatever the
/// number of attempts; attempts beyond the first are counted apart.
struct HTTPClientMetrics: Sendable {
    private let registry: MetricRegistry

    init(_ registry: MetricRegistry) { self.registry = registry }

    /// - Parameter outcome: `2xx` … `5xx` or an error code.
    func record(peer: String, outcome: String, duration: Duration) {
        registry.counter(
            "http_client_requests_total", help: "Outgoing requests by peer and outcome.",
            labels: [(name: "peer", value: peer), (name: "outcome", value: outcome)]
        ).add()
        registry.histogram(
            "http_client_response_seconds", help: "Time until the head of the response, retries included.",
            labels: [(name: "peer", value: peer)]
        ).observe(duration)
    }

    func recordRetry(peer: String) {
        registry.counter(
            "http_client_retries_total", help: "Attempts after the first.", labels: [(name: "peer", value: peer)]
        ).add()
    }
}
