import FoundationEssentials
import Glibc
import Platform
import TestSupport
import Testing

/// Kills a program at random moments while it puts jobs in and does them, and checks afterwards what it had promised.
@Suite(.timeLimit(.minutes(3)))
struct CrashTests {
    /// The program lies beside the test bundle.
    private func program() throws -> String {
        let folder = try #require(CommandLine.arguments.first).split(separator: "/").dropLast().joined(separator: "/")
        let path = "/\(folder)/bench-jobs"
        try #require(access(path, X_OK) == 0, "bench-jobs is not beside the tests")
        return path
    }

    /// Runs the program with standard input from and output to the files given; its wait status.
    private func run(
        _ program: String, _ mode: String, _ database: String, input: String, output: String,
        killAfter microseconds: UInt32?
    ) throws -> Int32 {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, input, O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_CREAT | O_APPEND, 0o600)
        let words: [String] = [program, mode, database]
        var arguments: [UnsafeMutablePointer<CChar>?] = words.map { (word: String) in strdup(word) }
        arguments.append(nil)
        var environment: [UnsafeMutablePointer<CChar>?] = [strdup("SWIFT_BACKTRACE=enable=no"), nil]
        defer { for text in arguments + environment { free(text) } }
        var child: pid_t = 0
        let failure = posix_spawn(&child, program, &actions, nil, &arguments, &environment)
        try #require(failure == 0)
        if let microseconds {
            usleep(microseconds)
            kill(child, SIGKILL)
        }
        var status: Int32 = 0
        while waitpid(child, &status, 0) < 0, errno == EINTR {}
        return status
    }

    @Test func `a process killed at any moment loses nothing it has acknowledged and doubles no effect`() async throws {
        let program = try program()
        let folder = try TemporaryFolder()
        let (database, acknowledged) = (folder.file("crash.sqlite"), folder.file("acknowledged"))
        var killed = 0
        for _ in 0..<15 {
            let pause = UInt32.random(in: 1_000...250_000)
            let status = try run(
                program, "crash-run", database, input: "/dev/null", output: acknowledged, killAfter: pause)
            if status & 0x7f == SIGKILL { killed += 1 }
        }
        #expect(killed > 5)
        let verdict = folder.file("verdict")
        let status = try run(
            program, "crash-check", database, input: acknowledged, output: verdict, killAfter: nil)
        let words = String(decoding: try Data(contentsOf: URL(filePath: verdict)), as: UTF8.self)
        #expect(status == 0, "\(words)")
    }
}
