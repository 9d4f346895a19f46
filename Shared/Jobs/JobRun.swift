import Platform

/// A job that runs in this process.
final class JobRun: Sendable {
    let lease: JobLease
    let signal = StopSignal()
    private let ended = Lock(false)

    init(_ lease: JobLease) {
        self.lease = lease
    }

    /// Whether the handler has completed the job itself, so that nothing is left to be stored when it returns.
    var isEnded: Bool { ended.withLock { $0 } }

    func markEnded() {
        ended.withLock { $0 = true }
    }
}
