internal import Glibc
import Platform
import ReaderProtocol

extension ReaderProcess {
    /// The whole environment of a worker.
    ///
    /// The number of OpenMP threads is read when its runtime starts, before `main`; without the limit recognition takes
    /// seven times as long. The Swift backtracer would hold our end of the socket open after a crash.
    private static var environment: [String] {
        var environment = ["OMP_THREAD_LIMIT=1", "SWIFT_BACKTRACE=enable=no", "LC_ALL=C.UTF-8"]
        for name: String in ["LD_LIBRARY_PATH", "TESSDATA_PREFIX"] {
            if let value = getenv(name) { environment.append("\(name)=\(String(cString: value))") }
        }
        return environment
    }

    /// Starts the program with `socket` as standard input and output; posix_spawn(3). Returns its process id.
    ///
    /// Every descriptor of ours is close-on-exec; should a library have forgotten it once, the worker closes whatever
    /// else it finds before it looks at the document.
    static func spawn(executable: String, socket: Int32, document: Int32) throws(SystemError) -> pid_t {
        // Both are moved out of the way first: a number below 4 would be overwritten while the others are put in place.
        let socketCopy = try copyAbove(9, of: socket)
        let documentCopy = try copyAbove(9, of: document)

        var actions = posix_spawn_file_actions_t()
        try check(posix_spawn_file_actions_init(&actions))
        defer { posix_spawn_file_actions_destroy(&actions) }
        try check(posix_spawn_file_actions_adddup2(&actions, socketCopy.rawValue, 0))
        try check(posix_spawn_file_actions_adddup2(&actions, socketCopy.rawValue, 1))
        try check(posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0))
        try check(
            posix_spawn_file_actions_adddup2(&actions, documentCopy.rawValue, ReaderRequest.documentDescriptor))

        var attributes = posix_spawnattr_t()
        try check(posix_spawnattr_init(&attributes))
        defer { posix_spawnattr_destroy(&attributes) }
        var noSignals = sigset_t()
        sigemptyset(&noSignals)
        var everySignal = sigset_t()
        sigfillset(&everySignal)
        try check(posix_spawnattr_setsigmask(&attributes, &noSignals))
        try check(posix_spawnattr_setsigdefault(&attributes, &everySignal))
        try check(posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF)))

        var pid: pid_t = 0
        let result = withCStrings([executable]) { arguments in
            withCStrings(environment) { environment in
                posix_spawn(&pid, executable, &actions, &attributes, arguments, environment)
            }
        }
        try check(result)
        return pid
    }

    /// The functions of this family return the error instead of setting errno.
    private static func check(_ result: Int32) throws(SystemError) {
        if result != 0 { throw SystemError(code: result, call: "posix_spawn") }
    }

    private static func copyAbove(_ number: Int32, of descriptor: Int32) throws(SystemError) -> FileDescriptor {
        FileDescriptor(
            adopting: try retryingInterrupted("fcntl") { fcntl(descriptor, F_DUPFD_CLOEXEC, number + 1) })
    }

    /// Lends a null-terminated array of C strings.
    private static func withCStrings<Result>(
        _ strings: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> Result
    ) -> Result {
        let copies = strings.map { strdup($0) }
        defer { copies.forEach { free($0) } }
        return body(copies + [nil])
    }
}
