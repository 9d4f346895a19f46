internal import Glibc
import Platform

/// The process id of a child that has not been reaped yet; the one place where it is killed and waited for.
///
/// Killing and reaping exclude each other, so a number that the system may have given to somebody else is never used.
final class ReaderProcessHandle: Sendable {
    private let pid: Lock<pid_t?>

    private let registry: ReaderProcessRegistry

    init(pid: pid_t, registry: ReaderProcessRegistry) {
        self.pid = Lock(pid)
        self.registry = registry
        registry.add(pid)
    }

    /// Ends the process at once; whoever reads from it sees the end of the stream. Does not wait.
    func kill() {
        pid.withLock { pid in
            if let pid { _ = Glibc.kill(pid, SIGKILL) }
        }
    }

    /// Ends the process and collects what is left of it; waitpid(2). Blocks until it is gone, which for a killed
    /// process is a matter of microseconds.
    func killAndReap() {
        pid.withLock { pid in
            guard let number = pid else { return }
            _ = Glibc.kill(number, SIGKILL)
            var status: Int32 = 0
            while waitpid(number, &status, 0) == -1, errno == EINTR {}
            pid = nil
            registry.remove(number)
        }
    }
}

/// The ids of the processes that have been started and not yet reaped.
final class ReaderProcessRegistry: Sendable {
    private let running = Lock<Set<pid_t>>([])

    var processIDs: [pid_t] { running.withLock { $0.sorted() } }

    func add(_ pid: pid_t) {
        running.withLock { _ = $0.insert(pid) }
    }

    func remove(_ pid: pid_t) {
        running.withLock { _ = $0.remove(pid) }
    }
}
