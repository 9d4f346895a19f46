import Platform

/// How many wrong keys each network may try: a bucket that refills steadily. A try is taken from it before the key is looked
/// up and given back when the key is good, so that any number of tries at once get no further than one after another.
///
/// A value; the clock is passed in.
struct TryBudget: Sendable {
    /// Networks remembered. Beyond it the fullest buckets are forgotten, who lose nothing by it.
    static let networksMax = 10_000

    private struct Bucket {
        var left: Double
        var at: MonotonicInstant
    }

    private let capacity: Double
    private let refillPerSecond: Double
    private var buckets: [String: Bucket] = [:]

    /// - Parameters:
    ///   - tries: How many within `window`; at least 1.
    ///   - window: At least a second.
    init(tries: Int, window: Duration) {
        capacity = Double(tries)
        refillPerSecond = capacity / Double(max(1, window.components.seconds))
    }

    /// How many networks are remembered.
    var count: Int { buckets.count }

    /// What came of asking for a try.
    enum Decision: Sendable, Hashable {
        case granted
        /// Granted, and it was the last one.
        case grantedLast
        /// None left; how long until there is one.
        case refused(Duration)
    }

    /// Takes a try from the budget of `network`.
    mutating func take(_ network: String, at now: MonotonicInstant) -> Decision {
        var left = available(network, at: now)
        guard left >= 1 else { return .refused(.seconds((1 - left) / refillPerSecond)) }
        left -= 1
        if buckets[network] == nil, buckets.count >= Self.networksMax { makeRoom(at: now) }
        buckets[network] = Bucket(left: left, at: now)
        return left < 1 ? .grantedLast : .granted
    }

    /// Gives a try back: the key was good.
    mutating func giveBack(_ network: String, at now: MonotonicInstant) {
        let left = available(network, at: now) + 1
        buckets[network] = left >= capacity ? nil : Bucket(left: left, at: now)
    }

    private func available(_ network: String, at now: MonotonicInstant) -> Double {
        guard let bucket = buckets[network] else { return capacity }
        let passed = now - bucket.at
        let (seconds, attoseconds) = passed.components
        return min(capacity, bucket.left + (Double(seconds) + Double(attoseconds) / 1e18) * refillPerSecond)
    }

    /// Forgets the half that has the most left.
    private mutating func makeRoom(at now: MonotonicInstant) {
        let left = buckets.keys.map { ($0, available($0, at: now)) }.sorted { $0.1 > $1.1 }
        for (network, _) in left.prefix(Self.networksMax / 2) { buckets[network] = nil }
    }
}
