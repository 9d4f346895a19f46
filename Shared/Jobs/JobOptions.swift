/// How a kind of job is worked on.
package struct JobKindOptions: Sendable {
    /// How many of this kind run at once in this process.
    package var concurrency: Int
    package var retry = RetryPolicy()
    /// An attempt that takes longer is cancelled and counts as failed.
    package var timeLimit: Duration?

    package init(concurrency: Int = 4, retry: RetryPolicy = RetryPolicy(), timeLimit: Duration? = nil) {
        self.concurrency = max(1, concurrency)
        self.retry = retry
        self.timeLimit = timeLimit
    }
}

/// How a queue works.
package struct JobQueueOptions: Sendable {
    /// How long a job belongs to a worker that shows no sign of life. With the interval of looking below, the work of
    /// a killed process goes on within 10 seconds.
    package var lease: Duration = .seconds(8)
    /// How often leases are prolonged.
    package var heartbeat: Duration = .milliseconds(2500)
    /// How often the table is looked at for what no signal announces: due times, dead workers, other processes' jobs.
    package var pollInterval: Duration = .seconds(1)
    /// Jobs of one kind taken in one transaction.
    package var claimMax = 64
    /// How long running jobs may go on after `shutdown()`.
    package var drainDeadline: Duration = .seconds(20)
    /// How long finished and cancelled jobs are kept.
    package var retention: Duration = .seconds(7 * 86_400)
    package var failedRetention: Duration = .seconds(30 * 86_400)

    package init() {}
}
