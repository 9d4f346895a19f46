import HTTPMessages
import KeyValue

/// A budget of requests: so many within a time, refilled steadily.
struct RateLimit: Sendable, Hashable {
    /// The name in fields and buckets.
    let name: String
    let quota: Int
    let windowSeconds: Int

    var refillPerSecond: Double { Double(quota) / Double(windowSeconds) }

    /// The same budget, `factor` times as large.
    func scaled(by factor: Int) -> RateLimit {
        RateLimit(name: name, quota: quota * factor, windowSeconds: windowSeconds)
    }

    /// As clients are told of it.
    var told: RequestQuota { RequestQuota(name: name, count: quota, windowSeconds: windowSeconds) }

    /// `RateLimit` of an answer: what is left, and in how many seconds all of it is there again.
    func stateField(_ decision: TokenDecision) -> String {
        let missing = Double(quota - decision.remaining) / refillPerSecond
        return told.stateField(remaining: decision.remaining, seconds: Int(missing.rounded(.up)))
    }

    /// The answer when nothing is left.
    func problem(_ decision: TokenDecision) -> Problem {
        .tooManyRequests(
            told, retryAfter: decision.retryAfter.secondsRoundedUp,
            "At most \(quota) \(name) requests in \(windowSeconds) seconds.")
    }
}
