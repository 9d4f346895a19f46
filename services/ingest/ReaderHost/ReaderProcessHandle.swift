internal import Glibc
import Platform

/// The process id of a child that has not been reaped yet; the one place where it is killed and waited for.
///
/// Killing and reaping exclude each other, so a number that the system may have given to somebody else is never used.
final class ReaderProcessHandle: Sendable {
    private let pid: Lock<pid_t?>

    init(pid: pid_t) {
        self.pid = Lock(pid)
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
        }
    }
}
