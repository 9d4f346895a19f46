internal import CLinux
internal import Glibc

/// One thread around one epoll set, usable as the executor of actors and tasks.
///
/// Everything that belongs to a loop (connections, their tasks, their deadlines) is touched only by its thread, so there
/// are no locks on the way of a request. A turn of the loop is: wait for descriptors, tell their channels, tell those
/// whose deadline passed, run the Swift jobs that became ready, flush what those wrote. Other threads reach the loop
/// only through a locked inbox; an eventfd wakes it when the inbox was empty before.
///
/// Code on a loop must not block. After `EventLoopGroup.shutdown()` jobs that still arrive are never run.
package final class EventLoop: SerialExecutor, TaskExecutor, @unchecked Sendable {
    // Safe to share: `inbox` has a lock, the descriptors are constants, and every other variable is touched only on the
    // loop's thread, which `preconditionOnLoop` and the executor checks enforce.
    package let index: Int
    private let epoll: FileDescriptor
    private let wakeUp: FileDescriptor
    private let inbox = Lock(Inbox())

    private var jobs: [UnownedJob] = []
    private var channels = ChannelTable()
    private var deadlines = DeadlineHeap()
    private var flushes: [any EventLoopChannel] = []
    private var isStopping = false

    /// The time at the start of this turn; cheaper than asking the clock, and at most one turn old. Only on the loop.
    package private(set) var now = MonotonicInstant.now

    /// 64 KiB that belong to nobody between two suspension points: connections read into it and copy what must stay.
    /// Only on the loop.
    package let readBuffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 65_536, alignment: 64)

    init(index: Int) throws(SystemError) {
        self.index = index
        epoll = FileDescriptor(
            adopting: try retryingInterrupted("epoll_create1") { epoll_create1(Int32(EPOLL_CLOEXEC)) })
        wakeUp = FileDescriptor(
            adopting: try retryingInterrupted("eventfd") {
                eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
            })
        // Edge-triggered, so the counter never has to be read back.
        var event = epoll_event(
            events: EPOLLIN.rawValue | EPOLLET.rawValue, data: epoll_data_t(u64: ChannelID.wakeUp.rawValue))
        _ = try retryingInterrupted("epoll_ctl") { epoll_ctl(epoll.rawValue, EPOLL_CTL_ADD, wakeUp.rawValue, &event) }
        // The first job in the inbox is the loop itself, see `run`. It ends with `stop`; nobody waits for it.
        Task(executorPreference: self) { [self] in turnUntilStopped() }
        startThread(name: "loop-\(index)") { [self] in run() }
    }

    deinit {
        readBuffer.deallocate()
    }

    /// Whether the calling thread is this loop's.
    package var isOnLoop: Bool {
        clinux_current_executor() == UnsafeRawPointer(Unmanaged.passUnretained(self).toOpaque())
    }

    @inline(__always)
    private func preconditionOnLoop() {
        precondition(isOnLoop, "only on the loop's own thread")
    }
}

// MARK: - Swift jobs

extension EventLoop {
    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        if isOnLoop {
            jobs.append(job)
        } else {
            post(.job(job))
        }
    }

    package func asUnownedSerialExecutor() -> UnownedSerialExecutor {
        UnownedSerialExecutor(ordinary: self)
    }

    package func asUnownedTaskExecutor() -> UnownedTaskExecutor {
        UnownedTaskExecutor(ordinary: self)
    }

    package func checkIsolated() {
        preconditionOnLoop()
    }

    package func isIsolatingCurrentContext() -> Bool? {
        isOnLoop
    }

    /// Runs `body` on the loop, in one of its next turns. From any thread.
    package func submit(_ body: @escaping @Sendable () -> Void) {
        post(.call(body))
    }

    /// Returns in the loop's next turn, after descriptors and deadlines have been looked at, so that whoever could go on for
    /// as long as a peer sends does not keep all others waiting. `Task.yield()` comes back within the same turn. Only on the
    /// loop.
    package func nextTurn() async {
        await withUnsafeContinuation { continuation in submit { continuation.resume() } }
    }

    private func post(_ item: InboxItem) {
        let wasEmpty = inbox.withLock { inbox in
            inbox.items.append(item)
            return inbox.items.count == 1
        }
        if wasEmpty { wake() }
    }

    private func wake() {
        var one: UInt64 = 1
        // Fails only when the counter is full, and then the loop is awake already.
        _ = Glibc.write(wakeUp.rawValue, &one, 8)
    }
}

// MARK: - Channels

extension EventLoop {
    /// Watches `descriptor` for both directions, edge-triggered: the channel tries first and waits only after
    /// would-block. The loop keeps the channel alive until `deregister`. Throws `SystemError`. Only on the loop.
    package func register(
        _ descriptor: borrowing FileDescriptor, _ channel: any EventLoopChannel
    ) throws(SystemError) -> ChannelID {
        try register(descriptor, channel, events: EPOLLIN.rawValue | EPOLLOUT.rawValue | EPOLLRDHUP.rawValue)
    }

    /// Watches a listening socket, whose channel is told of connections to accept. `isExclusive` wakes only one of the
    /// loops that watch the same socket. Throws `SystemError`. Only on the loop.
    package func registerListener(
        _ descriptor: borrowing FileDescriptor, _ channel: any EventLoopChannel
    ) throws(SystemError) -> ChannelID {
        try register(descriptor, channel, events: EPOLLIN.rawValue)
    }

    private func register(
        _ descriptor: borrowing FileDescriptor, _ channel: any EventLoopChannel, events: UInt32
    ) throws(SystemError) -> ChannelID {
        preconditionOnLoop()
        let id = channels.insert(channel)
        var event = epoll_event(events: events | EPOLLET.rawValue, data: epoll_data_t(u64: id.rawValue))
        let number = descriptor.rawValue
        do {
            _ = try retryingInterrupted("epoll_ctl") { epoll_ctl(epoll.rawValue, EPOLL_CTL_ADD, number, &event) }
        } catch {
            channels.remove(id)
            throw error
        }
        return id
    }

    /// Forgets a channel; events already fetched for it are dropped. Close the descriptor after this. Only on the loop.
    package func deregister(_ id: ChannelID, _ descriptor: borrowing FileDescriptor) {
        preconditionOnLoop()
        channels.remove(id)
        // Closing would do, unless a child process inherited the descriptor; it fails only if it is gone already.
        _ = epoll_ctl(epoll.rawValue, EPOLL_CTL_DEL, descriptor.rawValue, nil)
    }

    /// Calls the channel's `deadlineReached` at or soon after `deadline`, unless it is deregistered before. Deadlines are
    /// not taken back: a channel whose deadline moved looks at the clock when told and asks again. Only on the loop.
    package func notify(_ id: ChannelID, at deadline: MonotonicInstant) {
        preconditionOnLoop()
        deadlines.insert(deadline, id)
    }

    /// Calls the channel's `flush` once at the end of this turn, after all jobs that are ready. Only on the loop.
    package func flushLater(_ channel: any EventLoopChannel) {
        preconditionOnLoop()
        flushes.append(channel)
    }
}

// MARK: - The thread

extension EventLoop {
    private static let eventsPerTurn = 512
    /// Jobs that jobs make are run in the same turn, but not without end: descriptors get their turn too.
    private static let jobsPerTurn = 4096

    /// Runs the loop as one long job of its own executor. Channels are told of their events in the middle of that job, so
    /// what they start there counts as running on this executor: a task started with `Task.immediate` that suspends comes
    /// back here, and not by way of the shared pool.
    private func run() {
        clinux_set_current_executor(Unmanaged.passUnretained(self).toOpaque())
        takeInbox()
        // The runtime may put the job back once, to run it in the way its preference asks for.
        while !jobs.isEmpty { runOne(jobs.removeFirst()) }
        clinux_set_current_executor(nil)
    }

    private func turnUntilStopped() {
        withUnsafeTemporaryAllocation(of: epoll_event.self, capacity: Self.eventsPerTurn) { events in
            while !(isStopping && jobs.isEmpty) { turn(events) }
        }
    }

    @inline(__always)
    private func runOne(_ job: UnownedJob) {
        job.runSynchronously(isolatedTo: asUnownedSerialExecutor(), taskExecutor: asUnownedTaskExecutor())
    }

    private func turn(_ events: UnsafeMutableBufferPointer<epoll_event>) {
        let wait = jobs.isEmpty ? deadlines.millisecondsUntilNext(from: now) : 0
        let count = epoll_wait(epoll.rawValue, events.baseAddress, Int32(events.count), wait)
        now = .now
        // A negative count is EINTR: there is nothing to tell, but deadlines may have passed.
        for event in events.prefix(max(0, Int(count))) {
            let id = ChannelID(rawValue: event.data.u64)
            if id == .wakeUp {
                takeInbox()
            } else if let channel = channels.channel(id) {
                channel.ready(Readiness(events: event.events))
            }
        }
        while let id = deadlines.popReached(now) {
            channels.channel(id)?.deadlineReached()
        }
        runJobs()
        runFlushes()
    }

    private func takeInbox() {
        let items = inbox.withLock { inbox in
            let items = inbox.items
            inbox.items = []
            return items
        }
        for item in items {
            switch item {
            case .job(let job): jobs.append(job)
            case .call(let body): body()
            case .stop: isStopping = true
            }
        }
    }

    private func runJobs() {
        var position = 0
        while position < jobs.count, position < Self.jobsPerTurn {
            let job = jobs[position]
            position += 1
            runOne(job)
        }
        if position == jobs.count {
            jobs.removeAll(keepingCapacity: position < 1024)
        } else {
            jobs.removeFirst(position)
        }
    }

    private func runFlushes() {
        guard !flushes.isEmpty else { return }
        // A flush may make jobs ready and ask for another flush; both belong to the next turn.
        let channels = flushes
        flushes.removeAll(keepingCapacity: true)
        for channel in channels { channel.flush() }
    }

    /// Ends the thread once the jobs that are ready have run. From any thread.
    func stop() {
        post(.stop)
    }
}

private enum InboxItem {
    case job(UnownedJob)
    case call(@Sendable () -> Void)
    case stop
}

private struct Inbox {
    var items: [InboxItem] = []
}
