internal import CSandbox
internal import Glibc
package import Platform

/// What a process may still do after it has entered the sandbox.
package struct SandboxPolicy: Sendable {
    /// Address space in bytes, `RLIMIT_AS`: libraries, memory and mapped files together.
    package var memoryBytes: Int
    /// Folders below which files may be read, such as fonts. Those that do not exist are passed over.
    package var readableFolders: [String]
    /// Open descriptors, `RLIMIT_NOFILE`.
    package var descriptorsMax = 64
    /// Descriptors with a lower number are kept, all others closed.
    package var keptDescriptors: Int32 = 3

    package init(memoryBytes: Int, readableFolders: [String]) {
        self.memoryBytes = memoryBytes
        self.readableFolders = readableFolders
    }
}

/// Gives up everything that reading a file does not need, for good and for the whole process.
///
/// Afterwards the process can compute, read from and write to the descriptors it has, and open files for reading below
/// the folders of its policy. It has no network, starts no program or thread, writes no file, makes no executable memory,
/// leaves no core dump, and is killed when the thread that started it ends.
package enum Sandbox {
    /// Enters the sandbox; call it before any untrusted byte is looked at, while there is one thread.
    ///
    /// - Returns: Whether the kernel also confines which files can be read (landlock(7), from Linux 5.13 on). Without it
    ///   reading is only bounded by the user's rights.
    /// - Throws: `SystemError` when one of the other restrictions could not be set. Nobody should go on then.
    package static func enter(_ policy: SandboxPolicy) throws(SystemError) -> Bool {
        try check(csandbox_close_from(policy.keptDescriptors), "close_range")
        try check(csandbox_bind_to_parent(), "prctl")
        try limit(__rlimit_resource_t(RLIMIT_CORE.rawValue), to: 0)
        try limit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), to: 0)
        try limit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), to: policy.descriptorsMax)
        // A program instrumented by a sanitizer has reserved terabytes of addresses before it gets here.
        let mapped = mappedBytes()
        try limit(
            __rlimit_resource_t(RLIMIT_AS.rawValue),
            to: mapped < policy.memoryBytes ? policy.memoryBytes : mapped + policy.memoryBytes)
        let isConfined = try confineReading(to: policy.readableFolders)
        try check(csandbox_restrict_calls(), "seccomp")
        return isConfined
    }

    /// Kills the process when it has used that much more processor time than now; `RLIMIT_CPU`. Called again, the new
    /// allowance takes the place of what was left of the old one.
    package static func allowProcessorTime(seconds: Int) {
        var usage = rusage()
        getrusage(RUSAGE_SELF.rawValue, &usage)
        let used = usage.ru_utime.tv_sec + usage.ru_stime.tv_sec
        var limit = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_CPU.rawValue), &limit)
        limit.rlim_cur = min(limit.rlim_max, rlim_t(max(0, used) + max(1, seconds) + 1))
        setrlimit(__rlimit_resource_t(RLIMIT_CPU.rawValue), &limit)
    }

    /// The address space in use; the first number of proc(5)'s statm, in pages.
    private static func mappedBytes() -> Int {
        let descriptor = open("/proc/self/statm", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return 0 }
        defer { close(descriptor) }
        return withUnsafeTemporaryAllocation(byteCount: 128, alignment: 1) { buffer in
            let count = read(descriptor, buffer.baseAddress, buffer.count)
            let digits = buffer.prefix(max(0, count)).prefix { (0x30...0x39).contains($0) }
            let pages = digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
            return pages * Int(sysconf(Int32(_SC_PAGESIZE)))
        }
    }

    private static func confineReading(to folders: [String]) throws(SystemError) -> Bool {
        let copies = folders.map { strdup($0) }
        defer { copies.forEach { free($0) } }
        let paths = copies.map { UnsafePointer($0) }
        switch csandbox_restrict_files(paths, paths.count) {
        case 0: return true
        case ENOSYS, EOPNOTSUPP, EPERM: return false
        case let code: throw SystemError(code: code, call: "landlock")
        }
    }

    private static func limit(_ resource: __rlimit_resource_t, to value: Int) throws(SystemError) {
        var limit = rlimit()
        guard getrlimit(resource, &limit) == 0 else { throw SystemError.last("getrlimit") }
        limit.rlim_cur = min(limit.rlim_max, rlim_t(max(0, value)))
        limit.rlim_max = limit.rlim_cur
        guard setrlimit(resource, &limit) == 0 else { throw SystemError.last("setrlimit") }
    }

    private static func check(_ code: Int32, _ call: StaticString) throws(SystemError) {
        if code != 0 { throw SystemError(code: code, call: call) }
    }
}
