/// Metrics.
