internal import Glibc

/// A moment on the clock that only moves forward (`CLOCK_BOOTTIME`), in nanoseconds since the machine started.
///
/// It keeps counting while the machine sleeps and never jumps when the wall clock is set: timeouts, leases and
/// latencies are measured with it. It has no meaning outside the machine, so it is never stored or sent.
package struct MonotonicInstant: Sendable, Hashable, Comparable {
    package var nanoseconds: Int64

    package init(nanoseconds: Int64) {
        self.nanoseconds = nanoseconds
    }

    /// The present moment, by clock_gettime(2).
    package static var now: MonotonicInstant {
        var time = timespec()
        let result = clock_gettime(CLOCK_BOOTTIME, &time)
        precondition(result == 0, "CLOCK_BOOTTIME exists on every Linux since 2.6.39")
        return MonotonicInstant(nanoseconds: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
    }

    /// A moment that is never reached.
    package static var distantFuture: MonotonicInstant { MonotonicInstant(nanoseconds: .max) }

    package static func < (left: MonotonicInstant, right: MonotonicInstant) -> Bool {
        left.nanoseconds < right.nanoseconds
    }

    /// The moment `duration` later, clamped to the range of the type.
    package static func + (moment: MonotonicInstant, duration: Duration) -> MonotonicInstant {
        let (sum, overflow) = moment.nanoseconds.addingReportingOverflow(duration.wholeNanoseconds)
        return MonotonicInstant(nanoseconds: overflow ? (duration < .zero ? .min : .max) : sum)
    }

    package static func += (moment: inout MonotonicInstant, duration: Duration) {
        moment = moment + duration
    }

    /// The moment `duration` earlier, clamped to the range of the type.
    package static func - (moment: MonotonicInstant, duration: Duration) -> MonotonicInstant {
        moment + (.zero - duration)
    }

    /// The time from `right` to `left`.
    package static func - (left: MonotonicInstant, right: MonotonicInstant) -> Duration {
        .nanoseconds(left.nanoseconds.subtractingReportingOverflow(right.nanoseconds).partialValue)
    }
}
