internal import Glibc
import ReaderProtocol

/// Enters the worker's sandbox and then tries what it must not be able to do; for operators and for our tests.
package enum SandboxCheck {
    /// Prints one line for each attempt, to a terminal or pipe (files cannot be written any more), and returns 0 when all
    /// of them were refused.
    package static func run() -> Int32 {
        let isReadingConfined: Bool
        do {
            isReadingConfined = try ReaderLoop.enterSandbox(ReaderConfiguration())
        } catch {
            print("sandbox: could not be entered, \(error)")
            return EXIT_FAILURE
        }
        print(
            "sandbox: entered, reading \(isReadingConfined ? "confined to fonts and language files" : "not confined")")
        var failures: Int32 = 0
        for (name, attempt) in attempts {
            errno = 0
            let succeeded = attempt()
            print("\(name): \(succeeded ? "POSSIBLE" : "refused")")
            if succeeded { failures += 1 }
        }
        if isReadingConfined {
            let succeeded = canOpen("/etc/passwd", O_RDONLY)
            print("reading /etc/passwd: \(succeeded ? "POSSIBLE" : "refused")")
            if succeeded { failures += 1 }
        }
        return failures == 0 ? EXIT_SUCCESS : EXIT_FAILURE
    }

    private static var attempts: [(String, () -> Bool)] {
        [
            ("internet socket", { socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0) >= 0 }),
            ("local socket", { socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0) >= 0 }),
            ("writing a file", { canOpen("/tmp/lectern-sandbox-check", O_WRONLY | O_CREAT) }),
            ("changing a file", { canOpen("/dev/null", O_RDWR) }),
            ("removing a file", { unlink("/tmp/lectern-sandbox-check") == 0 || errno == ENOENT }),
            ("making a folder", { mkdir("/tmp/lectern-sandbox-check", 0o700) == 0 }),
            (
                "starting a program",
                {
                    var pid: pid_t = 0
                    return posix_spawn(&pid, "/bin/true", nil, nil, [nil], [nil]) == 0
                }
            ),
            (
                "a thread",
                {
                    var thread = pthread_t()
                    return pthread_create(&thread, nil, { _ in nil }, nil) == 0
                }
            ),
            (
                "executable memory",
                {
                    mmap(nil, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
                        != MAP_FAILED
                }
            ),
            ("signals to the parent", { kill(getppid(), 0) == 0 }),
            (
                "a gigabyte of memory",
                { mmap(nil, 1 << 30, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED }
            ),
        ]
    }

    private static func canOpen(_ path: String, _ flags: Int32) -> Bool {
        open(path, flags, 0o600) >= 0
    }
}
