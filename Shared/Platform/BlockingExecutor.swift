internal import CLinux
internal import Glibc

/// A serial executor with one thread of its own, for code that blocks (SQLite, bcrypt, files).
///
/// An actor keeps one in a property and returns it as its `unownedExecutor`; everything isolated to that actor then
/// runs on this thread and never holds up an event loop or the shared pool. The thread ends, after the work already
/// queued, when the executor is released. The queue has no limit: whoever calls the actor bounds how much it asks for.
package final class BlockingExecutor: SerialExecutor {
    private let queue: BlockingQueue

    /// Starts the thread; the first 15 bytes of `name` are shown by ps and top.
    package init(name: String) {
        let queue = BlockingQueue()
        self.queue = queue
        startThread(name: name) { queue.serve() }
    }

    deinit {
        queue.close()
    }

    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        // The queue keeps this executor alive until the job has run, even if the actor goes away during it.
        queue.append { [self] in
            clinux_set_current_executor(Unmanaged.passUnretained(self).toOpaque())
            job.runSynchronously(on: asUnownedSerialExecutor())
            clinux_set_current_executor(nil)
        }
    }

    package func asUnownedSerialExecutor() -> UnownedSerialExecutor {
        UnownedSerialExecutor(ordinary: self)
    }

    package func checkIsolated() {
        precondition(isOnThread, "not on the thread of this executor")
    }

    package func isIsolatingCurrentContext() -> Bool? {
        isOnThread
    }

    /// Runs `body` on the thread and gives back what it returns or throws; other work waits its turn behind it.
    package func run<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result {
        try await withCheckedThrowingContinuation { continuation in
            queue.append { [self] in
                withExtendedLifetime(self) { continuation.resume(with: Swift.Result { try body() }) }
            }
        }
    }

    /// Runs `body` on the thread, some time after returning; other work waits its turn behind it.
    package func submit(_ body: @escaping @Sendable () -> Void) {
        queue.append { [self] in withExtendedLifetime(self) { body() } }
    }

    private var isOnThread: Bool {
        clinux_current_executor() == UnsafeRawPointer(Unmanaged.passUnretained(self).toOpaque())
    }
}

/// Work waiting for the thread of a ``BlockingExecutor``.
private final class BlockingQueue: @unchecked Sendable {
    // Safe to share: `work` and `isClosed` are only touched with `mutex` held.
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private let changed: UnsafeMutablePointer<pthread_cond_t>
    private var work: [() -> Void] = []
    private var isClosed = false

    init() {
        mutex = .allocate(capacity: 1)
        mutex.initialize(to: pthread_mutex_t())
        pthread_mutex_init(mutex, nil)
        changed = .allocate(capacity: 1)
        changed.initialize(to: pthread_cond_t())
        pthread_cond_init(changed, nil)
    }

    deinit {
        pthread_cond_destroy(changed)
        changed.deallocate()
        pthread_mutex_destroy(mutex)
        mutex.deallocate()
    }

    func append(_ item: @escaping () -> Void) {
        pthread_mutex_lock(mutex)
        work.append(item)
        pthread_cond_signal(changed)
        pthread_mutex_unlock(mutex)
    }

    func close() {
        pthread_mutex_lock(mutex)
        isClosed = true
        pthread_cond_signal(changed)
        pthread_mutex_unlock(mutex)
    }

    /// Runs work in order until closed and empty.
    func serve() {
        while let items = takeAll() {
            for item in items { item() }
        }
    }

    private func takeAll() -> [() -> Void]? {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        while work.isEmpty {
            if isClosed { return nil }
            pthread_cond_wait(changed, mutex)
        }
        let items = work
        work = []
        return items
    }
}
