internal import Glibc
internal import Platform

/// A server program of `Tests/Servers`, written in Python over a real library, for the time of a test.
///
/// It is started in the environment that `scripts/setup.sh test` makes, prints `ready PORT` when it listens, and is
/// killed when the last reference goes; it also ends by itself when its standard input ends, so that a test process that
/// dies leaves nothing behind.
package final class PythonServer: Sendable {
    /// The port of this machine that it listens on.
    package let port: UInt16
    private let process: pid_t
    private let input: Int32

    /// Where the repository is, found by this file.
    private static let repository: String = {
        var path = #filePath[...]
        for _ in 0..<3 { path = path[..<(path.lastIndex(of: "/") ?? path.startIndex)] }
        return String(path)
    }()

    /// Starts `Tests/Servers/<script>` and waits until it listens. Blocks the calling thread meanwhile.
    ///
    /// - Throws: `PythonServerFailure`, saying what to do when the environment is missing.
    package init(_ script: String, _ arguments: [String] = []) throws {
        let python = "\(Self.repository)/.venv-test/bin/python"
        guard access(python, X_OK) == 0 else {
            throw PythonServerFailure("\(script) needs its Python environment: run scripts/setup.sh test")
        }
        let (theirInput, input) = try Self.pipe()
        let (output, theirOutput) = try Self.pipe()
        defer {
            close(output)
            close(theirInput)
        }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, theirInput, 0)
        posix_spawn_file_actions_adddup2(&actions, theirOutput, 1)
        let line = [python, "-u", "\(Self.repository)/Tests/Servers/\(script)"] + arguments
        var words: [UnsafeMutablePointer<CChar>?] = line.map { strdup($0) }
        words.append(nil)
        defer { for word in words { free(word) } }
        var process: pid_t = 0
        let result = posix_spawn(&process, python, &actions, nil, words, environ)
        // Its own copy must be the only one, or the end of the program would not end the reading below.
        close(theirOutput)
        guard result == 0 else {
            close(input)
            throw PythonServerFailure("\(script) cannot be started")
        }
        let first = Self.firstLine(of: output)
        guard first.hasPrefix("ready "), let port = UInt16(first.dropFirst("ready ".count)) else {
            kill(process, SIGKILL)
            var status: Int32 = 0
            waitpid(process, &status, 0)
            close(input)
            throw PythonServerFailure("\(script) did not say that it is ready; it said: \(first)")
        }
        self.port = port
        self.process = process
        self.input = input
    }

    deinit {
        close(input)
        kill(process, SIGKILL)
        var status: Int32 = 0
        waitpid(process, &status, 0)
    }

    /// Both ends close themselves in programs that are started later.
    private static func pipe() throws -> (reading: Int32, writing: Int32) {
        var ends: [Int32] = [0, 0]
        let type = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
        guard socketpair(AF_UNIX, type, 0, &ends) == 0 else { throw PythonServerFailure("no pipe") }
        return (ends[0], ends[1])
    }

    private static func firstLine(of descriptor: Int32) -> String {
        var bytes: [UInt8] = []
        var byte: UInt8 = 0
        while read(descriptor, &byte, 1) == 1, byte != 0x0A, bytes.count < 1_000 { bytes.append(byte) }
        return String(decoding: bytes, as: UTF8.self)
    }
}

/// A server for tests did not start.
package struct PythonServerFailure: Error, CustomStringConvertible {
    package let description: String

    init(_ description: String) { self.description = description }
}
