import Platform

/// What follows from the outcome of an attempt: decided here, without clocks and databases.
struct DeliveryPolicy: Sendable, Hashable {
    /// Attempts on one channel of a ladder; when a fault of the configuration is in the way, more.
    var attemptsMax = 8
    /// Attempts at an email that no other channel can stand in for: with the waits below some four to five days, which is
    /// how long RFC 5321 (section 4.5.4.1) asks to go on.
    var lastEmailAttemptsMax = 44
    var misconfiguredAttemptsMax = 40
    /// Attempts in all, those cut off by the death of the process included, which count for nothing else. A message that
    /// has seen so many may be what kills it.
    var interruptedAttemptsMax = 100
    /// The wait after the first failure; it grows fourfold with each further one.
    var baseDelay: Duration = .seconds(15)
    var delayMax: Duration = .seconds(4 * 3_600)
    /// After a fault of the configuration; it doubles.
    var misconfiguredBaseDelay: Duration = .seconds(300)
    var misconfiguredDelayMax: Duration = .seconds(2 * 3_600)
    /// The longest that a provider may ask to be left alone.
    var retryAfterMax: Duration = .seconds(24 * 3_600)

    /// How long it is worth while to go on with one channel.
    enum Persistence: Sendable, Hashable {
        /// Another channel waits for its turn, or nobody would want the message days later.
        case ladder
        /// An email, and the last channel of its ladder.
        case lastEmail
    }

    enum Decision: Sendable, Hashable {
        case succeeded(NotificationStatus)
        case tryAgain(after: Duration)
        /// The channel has failed for good.
        case nextRung
    }

    /// - Parameters:
    ///   - outcome: Interrupted only when there have been too many such.
    ///   - attempts: On this channel, this one included.
    ///   - random: In 0..<1, for the jitter.
    func decide(
        _ outcome: DeliveryOutcome, attempts: Int, persistence: Persistence, random: Double
    ) -> Decision {
        switch outcome.kind {
        case .sent: return .succeeded(.sent)
        case .simulated: return .succeeded(.simulated)
        case .permanent, .interrupted: return .nextRung
        case .temporary, .unknown:
            let most = persistence == .lastEmail ? lastEmailAttemptsMax : attemptsMax
            guard attempts < most else { return .nextRung }
            return .tryAgain(after: delay(after: attempts, baseDelay, delayMax, factor: 4, outcome, random))
        case .misconfigured:
            guard attempts < misconfiguredAttemptsMax else { return .nextRung }
            return .tryAgain(
                after: delay(
                    after: attempts, misconfiguredBaseDelay, misconfiguredDelayMax, factor: 2, outcome, random))
        }
    }

    /// Between half of the grown delay and all of it, but never before the provider wants to hear of us again.
    private func delay(
        after attempts: Int, _ base: Duration, _ most: Duration, factor: Int, _ outcome: DeliveryOutcome,
        _ random: Double
    ) -> Duration {
        var full = base
        for _ in 1..<max(2, min(attempts, 30)) where attempts > 1 && full < most { full *= factor }
        full = min(full, most)
        let own = full / 2 + full / 2 * min(max(0, random), 1)
        return max(own, min(outcome.retryAfter ?? .zero, retryAfterMax))
    }
}
