/// What becomes of a running job: decided here, without clocks and databases.
struct JobTransition: Equatable {
    /// What happened to it.
    enum Event: Equatable {
        case succeeded
        /// The handler failed; another attempt may help.
        case failed(String)
        /// The handler failed for good.
        case failedForGood(String)
        /// Somebody asked for its end, and it ended.
        case cancelled
        /// This worker stops in good order.
        case putBack
        /// The worker died or slept through its lease.
        case leaseExpired

        /// Whether the job would be tried again if nobody had asked for its end.
        var allowsAnother: Bool {
            switch self {
            case .failed, .putBack, .leaseExpired: true
            case .succeeded, .failedForGood, .cancelled: false
            }
        }
    }

    var state: JobState
    /// How long to wait before the next attempt; `nil` when it may begin at once or never.
    var delay: Duration?
    var error: String?
    /// Whether the attempt that has just ended counts.
    var countsAttempt = true
    var countsInterruption = false

    /// - Parameters:
    ///   - attempts: The attempts begun, this one included.
    ///   - interruptions: How often its process has died before, since it last made progress.
    ///   - isCancelRequested: Whether somebody has asked for its end.
    ///   - random: In 0..<1, for the jitter.
    static func after(
        _ event: Event, attempts: Int, interruptions: Int, isCancelRequested: Bool, policy: RetryPolicy,
        random: Double
    ) -> JobTransition {
        if isCancelRequested, event.allowsAnother { return JobTransition(state: .cancelled, error: "cancelled") }
        switch event {
        case .succeeded:
            return JobTransition(state: .completed)
        case .cancelled:
            return JobTransition(state: .cancelled, error: "cancelled")
        case .failedForGood(let message):
            return JobTransition(state: .failed, error: message)
        case .failed(let message) where attempts >= policy.attemptsMax:
            return JobTransition(state: .failed, error: message)
        case .failed(let message):
            let delay = policy.delay(afterAttempt: attempts, random: random)
            return JobTransition(state: .queued, delay: delay, error: message)
        case .putBack:
            return JobTransition(state: .queued, countsAttempt: false)
        case .leaseExpired where interruptions + 1 >= policy.interruptionsMax:
            return JobTransition(
                state: .failed, error: "the process died \(interruptions + 1) times while working on this",
                countsInterruption: true)
        case .leaseExpired:
            return JobTransition(state: .queued, countsAttempt: false, countsInterruption: true)
        }
    }
}
