import Platform

/// A bucket of tokens that refills steadily: a value, the time is passed in.
struct TokenBucket {
    private var tokens: Double
    private var updated: MonotonicInstant

    /// A new bucket is full.
    init(capacity: Double, at now: MonotonicInstant) {
        tokens = capacity
        updated = now
    }

    /// Refills for the time that has passed, then takes `cost` tokens if they are there.
    ///
    /// A cost above the capacity is never allowed. Values that make no sense (negative, not finite) count as zero.
    mutating func take(
        capacity: Double, refillPerSecond: Double, cost: Double, at now: MonotonicInstant
    ) -> TokenDecision {
        let capacity = Self.sane(capacity)
        let rate = Self.sane(refillPerSecond)
        let cost = Self.sane(cost)
        let elapsed = max(0, (now - updated).inSeconds)
        tokens = min(capacity, tokens + elapsed * rate)
        updated = max(updated, now)
        if tokens >= cost {
            tokens -= cost
            return TokenDecision(isAllowed: true, remaining: Self.whole(tokens), retryAfter: .zero)
        }
        return TokenDecision(
            isAllowed: false, remaining: Self.whole(tokens), retryAfter: Self.wait(for: cost - tokens, rate: rate))
    }

    /// Whether it is full again, so that it need not be kept.
    func isFull(capacity: Double, refillPerSecond: Double, at now: MonotonicInstant) -> Bool {
        tokens + max(0, (now - updated).inSeconds) * Self.sane(refillPerSecond) >= Self.sane(capacity)
    }

    /// In whole milliseconds, rounded up; a year where nothing flows in.
    private static func wait(for missing: Double, rate: Double) -> Duration {
        let yearMilliseconds = 365.0 * 86_400_000
        let milliseconds = rate > 0 ? (missing * 1000 / rate).rounded(.up) : yearMilliseconds
        return .milliseconds(Int64(min(milliseconds, yearMilliseconds)))
    }

    private static func sane(_ number: Double) -> Double {
        number.isFinite ? max(0, number) : 0
    }

    private static func whole(_ tokens: Double) -> Int {
        Int(min(tokens, 1e15))
    }
}
