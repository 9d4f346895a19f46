/// Where the time comes from: the system in services, a hand-moved clock in tests.
package protocol TimeSource: Sendable {
    /// The wall clock, for what is stored and shown.
    var wall: Timestamp { get }
    /// The clock that only moves forward, for timeouts and leases.
    var monotonic: MonotonicInstant { get }
    /// Returns once `deadline` has passed. Throws `CancellationError` as soon as the task is cancelled.
    func sleep(until deadline: MonotonicInstant) async throws
}

extension TimeSource {
    /// Returns after `duration`. Throws `CancellationError` as soon as the task is cancelled.
    package func sleep(for duration: Duration) async throws {
        try await sleep(until: monotonic + duration)
    }
}
