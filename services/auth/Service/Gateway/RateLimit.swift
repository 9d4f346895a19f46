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

    /// `RateLimit-Policy` of draft-ietf-httpapi-ratelimit-headers: quota and window.
    var policyField: String { "\"\(name)\";q=\(quota);w=\(windowSeconds)" }

    /// `RateLimit`: what is left, and in how many seconds all of it is there again, or the next one when none is left.
    func stateField(_ decision: TokenDecision) -> String {
        let missing = Double(quota - decision.remaining) / refillPerSecond
        let seconds = decision.isAllowed ? Int(missing.rounded(.up)) : decision.retryAfter.secondsRoundedUp
        return "\"\(name)\";r=\(decision.remaining);t=\(seconds)"
    }

    /// The answer when nothing is left.
    func problem(_ decision: TokenDecision) -> Problem {
        var problem = Problem.tooManyRequests(
            retryAfter: decision.retryAfter.secondsRoundedUp,
            "At most \(quota) \(name) requests in \(windowSeconds) seconds.")
        problem.headers.set(.rateLimitPolicy, policyField)
        problem.headers.set(.rateLimit, stateField(decision))
        return problem
    }
}
