import Metrics

/// The instruments of one kind of job.
struct JobMetrics: Sendable {
    private let ended: [JobState: Counter]
    private let queued: Gauge
    private let running: Gauge
    private let seconds: Histogram

    init(registry: MetricRegistry, kind: String) {
        func labels(_ state: String) -> MetricLabels { [(name: "kind", value: kind), (name: "state", value: state)] }
        // "queued" here means: an attempt failed or was put back, and there will be another.
        ended = Dictionary(
            uniqueKeysWithValues: JobState.allCases.map { state in
                (
                    state,
                    registry.counter(
                        "job_attempts_total", help: "Ended attempts by what became of the job.",
                        labels: labels(state.rawValue))
                )
            })
        queued = registry.gauge("jobs", help: "Jobs by kind and state.", labels: labels("queued"))
        running = registry.gauge("jobs", help: "Jobs by kind and state.", labels: labels("running"))
        seconds = registry.histogram(
            "job_seconds", help: "Time of an attempt.", labels: [(name: "kind", value: kind)])
    }

    func count(_ state: JobState) {
        ended[state]?.add()
    }

    func observe(_ duration: Duration) {
        seconds.observe(duration)
    }

    func set(queued: Int, running: Int) {
        self.queued.set(Int64(queued))
        self.running.set(Int64(running))
    }
}
