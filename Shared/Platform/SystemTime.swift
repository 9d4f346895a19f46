internal import Glibc

/// The time of this machine.
package struct SystemTime: TimeSource {
    package init() {}

    package var wall: Timestamp {
        var time = timespec()
        let result = clock_gettime(CLOCK_REALTIME, &time)
        precondition(result == 0, "CLOCK_REALTIME always exists")
        return Timestamp(millisecondsSince1970: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
    }

    package var monotonic: MonotonicInstant { .now }

    package func sleep(until deadline: MonotonicInstant) async throws {
        let remaining = deadline - monotonic
        // Task.sleep with no time left would still suspend; a cancelled task must be told all the same.
        guard remaining > .zero else { return try Task.checkCancellation() }
        try await Task.sleep(for: remaining, clock: .continuous)
    }
}
