import Contracts
import Metrics

/// What notify counts about deliveries, beside what every service does.
struct NotifyMetrics: Sendable {
    private let registry: MetricRegistry

    init(registry: MetricRegistry) {
        self.registry = registry
    }

    /// An attempt that has ended.
    func attempt(_ channel: NotificationChannel, _ outcome: DeliveryOutcome.Kind) {
        registry.counter(
            "lectern_delivery_attempts_total", help: "Attempts to deliver a notification, by what became of them.",
            labels: [(name: "channel", value: channel.rawValue), (name: "outcome", value: outcome.rawValue)]
        ).add()
    }
}
