import Platform

/// What `work` comes to, if that is within `patience`; else nil, and `work` goes on without anybody waiting for it.
///
/// For work that cannot be given up half way: a task group would wait for it.
func value<Value: Sendable>(
    within patience: Duration, on time: any TimeSource, _ work: @escaping @Sendable () async -> Value
) async -> Value? {
    await withCheckedContinuation { (continuation: CheckedContinuation<Value?, Never>) in
        let waiting = Lock<CheckedContinuation<Value?, Never>?>(continuation)
        let answer: @Sendable (Value?) -> Void = { value in
            waiting.withLock { waiting in
                defer { waiting = nil }
                return waiting
            }?.resume(returning: value)
        }
        // Ends when its time is over, or the work done.
        let timer = Task {
            try? await time.sleep(for: patience)
            answer(nil)
        }
        // Belongs to itself; ends with the work, whose caller bounds how much of it there is.
        Task {
            answer(await work())
            timer.cancel()
        }
    }
}
