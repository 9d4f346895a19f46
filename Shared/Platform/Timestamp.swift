/// A moment on the wall clock in whole milliseconds since 1970-01-01T00:00:00Z.
///
/// It is what services store and print. It may jump when the clock is set, so timeouts and leases use
/// ``MonotonicInstant`` instead.
package struct Timestamp: Sendable, Hashable, Comparable {
    package var millisecondsSince1970: Int64

    package init(millisecondsSince1970: Int64) {
        self.millisecondsSince1970 = millisecondsSince1970
    }

    package static func < (left: Timestamp, right: Timestamp) -> Bool {
        left.millisecondsSince1970 < right.millisecondsSince1970
    }

    /// The moment `duration` later; the result is clamped to the range of the type instead of trapping.
    package static func + (moment: Timestamp, duration: Duration) -> Timestamp {
        let (sum, overflow) = moment.millisecondsSince1970.addingReportingOverflow(duration.wholeMilliseconds)
        if overflow { return Timestamp(millisecondsSince1970: duration < .zero ? .min : .max) }
        return Timestamp(millisecondsSince1970: sum)
    }

    /// The moment `duration` earlier; clamped like `+`.
    package static func - (moment: Timestamp, duration: Duration) -> Timestamp {
        moment + (.zero - duration)
    }

    /// The time that passed from `earlier` to this moment; negative if `earlier` is later.
    package func duration(since earlier: Timestamp) -> Duration {
        .milliseconds(millisecondsSince1970.subtractingReportingOverflow(earlier.millisecondsSince1970).partialValue)
    }
}

extension Duration {
    /// The duration in whole milliseconds, rounded towards zero and clamped to `Int64`.
    package var wholeMilliseconds: Int64 {
        let (seconds, attoseconds) = components
        let (scaled, overflow) = seconds.multipliedReportingOverflow(by: 1000)
        if overflow { return seconds < 0 ? .min : .max }
        let (sum, sumOverflow) = scaled.addingReportingOverflow(attoseconds / 1_000_000_000_000_000)
        return sumOverflow ? (seconds < 0 ? .min : .max) : sum
    }

    /// The duration in whole nanoseconds, rounded towards zero and clamped to `Int64`.
    package var wholeNanoseconds: Int64 {
        let (seconds, attoseconds) = components
        let (scaled, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        if overflow { return seconds < 0 ? .min : .max }
        let (sum, sumOverflow) = scaled.addingReportingOverflow(attoseconds / 1_000_000_000)
        return sumOverflow ? (seconds < 0 ? .min : .max) : sum
    }

    /// The duration in seconds as a floating point number, for logs and metrics.
    package var inSeconds: Double {
        Double(components.seconds) + Double(components.attoseconds) * 1e-18
    }
}
