internal import Glibc
internal import Synchronization

/// The event loops of a process, usually one per core.
package final class EventLoopGroup: Sendable {
    package let loops: [EventLoop]
    private let position = Atomic<Int>(0)

    /// Starts `count` loops (0: one per core). Also ignores SIGPIPE for the process, so that writing to a closed
    /// connection is an error code instead of the end. Throws `SystemError` when descriptors are short.
    package init(count: Int) throws(SystemError) {
        signal(SIGPIPE, SIG_IGN)
        var loops: [EventLoop] = []
        for index in 0..<(count > 0 ? count : Self.coreCount) { loops.append(try EventLoop(index: index)) }
        self.loops = loops
    }

    deinit {
        for loop in loops { loop.stop() }
    }

    /// The cores this process may run on.
    package static var coreCount: Int {
        max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
    }

    /// The loops in turn.
    package func next() -> EventLoop {
        let turn = position.wrappingAdd(1, ordering: .relaxed).oldValue
        return loops[Int(UInt(bitPattern: turn) % UInt(loops.count))]
    }

    /// Ends the threads once the jobs that are ready have run. Call it when nothing uses the loops any more.
    package func shutdown() async {
        for loop in loops { loop.stop() }
    }
}

/// Limits of the process.
package enum ProcessLimits {
    /// Raises the number of descriptors this process may open to what the administrator allows (setrlimit(2)); the new
    /// limit.
    @discardableResult
    package static func raiseOpenFiles() -> Int {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 1024 }
        limit.rlim_cur = limit.rlim_max
        _ = setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        _ = getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        return Int(clamping: limit.rlim_cur)
    }
}
