import Synchronization

/// A number that only grows. Safe from any thread; adding is one atomic operation.
package final class Counter: Sendable {
    private let count = Atomic<UInt64>(0)

    package func add(_ amount: UInt64 = 1) {
        count.wrappingAdd(amount, ordering: .relaxed)
    }

    package var value: UInt64 { count.load(ordering: .relaxed) }
}

/// A whole number that goes up and down.
package final class Gauge: Sendable {
    private let level = Atomic<Int64>(0)

    package func add(_ amount: Int64) {
        level.wrappingAdd(amount, ordering: .relaxed)
    }

    package func set(_ value: Int64) {
        level.store(value, ordering: .relaxed)
    }

    package var value: Int64 { level.load(ordering: .relaxed) }
}

/// Counts observations in buckets. Observing is a short search and two atomic additions.
package final class Histogram: Sendable {
    /// Upper bounds for request durations in seconds, 1 ms to 60 s.
    package static let secondsBounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60]

    let bounds: [Double]
    private let buckets: [Counter]
    /// The sum in billionths, so that it fits an integer atomic: exact enough, and good for 290 years of seconds.
    private let sumBillionths = Atomic<Int64>(0)

    package init(bounds: [Double] = Histogram.secondsBounds) {
        self.bounds = bounds
        buckets = (0...bounds.count).map { _ in Counter() }
    }

    package func observe(_ value: Double) {
        guard value.isFinite else { return }
        buckets[bounds.firstIndex { value <= $0 } ?? bounds.count].add()
        sumBillionths.wrappingAdd(Int64(max(-9e18, min(9e18, value * 1e9))), ordering: .relaxed)
    }

    package func observe(_ duration: Duration) {
        let (seconds, attoseconds) = duration.components
        observe(Double(seconds) + Double(attoseconds) * 1e-18)
    }

    /// Cumulative counts, one per bound and one for everything; and the sum.
    func snapshot() -> (cumulative: [UInt64], sum: Double) {
        var total: UInt64 = 0
        let cumulative = buckets.map { bucket in
            total += bucket.value
            return total
        }
        return (cumulative, Double(sumBillionths.load(ordering: .relaxed)) / 1e9)
    }

    package var count: UInt64 { buckets.reduce(0) { $0 + $1.value } }
}
