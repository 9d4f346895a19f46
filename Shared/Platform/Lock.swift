internal import CLinux
internal import Glibc

/// State behind a `pthread_mutex_t`.
///
/// `Synchronization.Mutex` would do, but Thread Sanitizer does not see its futex and reports races that are none; this
/// keeps the sanitizer run clean without suppressions. Never held across an `await` or while calling out. What the
/// state holds must itself be safe to use from any thread while the lock is held.
package final class Lock<State>: @unchecked Sendable {
    // Safe to share: `state` is only touched between lock and unlock.
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private var state: State

    package init(_ state: sending State) {
        mutex = .allocate(capacity: 1)
        mutex.initialize(to: pthread_mutex_t())
        let result = pthread_mutex_init(mutex, nil)
        precondition(result == 0, "pthread_mutex_init cannot fail with default attributes on Linux")
        self.state = state
    }

    deinit {
        pthread_mutex_destroy(mutex)
        mutex.deallocate()
    }

    /// Lends the state to `body` while no other thread has it. Throws only what `body` throws.
    package func withLock<Result, Failure: Error>(
        _ body: (inout State) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let result = pthread_mutex_lock(mutex)
        precondition(result == 0, "a default mutex only fails when misused")
        defer { pthread_mutex_unlock(mutex) }
        return try body(&state)
    }
}
