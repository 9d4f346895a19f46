/// How often and how late a failed job is tried again.
package struct RetryPolicy: Sendable, Hashable {
    /// Attempts in all; after the last the job is kept as failed.
    package var attemptsMax = 5
    /// The wait after the first failure; it doubles with each further one.
    package var baseDelay: Duration = .seconds(2)
    package var delayMax: Duration = .seconds(600)
    /// How often a job may be cut short by the death of its process without having made progress in between.
    package var interruptionsMax = 20

    package init() {}

    /// The wait after `attempt` failures: between half of the doubled delay and all of it. `random` is in 0..<1.
    package func delay(afterAttempt attempt: Int, random: Double) -> Duration {
        let exponent = min(max(0, attempt - 1), 30)
        let full = min(delayMax, baseDelay * (1 << exponent))
        return full / 2 + full / 2 * min(max(0, random), 1)
    }
}
