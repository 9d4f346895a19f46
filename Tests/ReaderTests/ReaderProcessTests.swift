import Foundation
import Platform
import ReaderHost
import ReaderProtocol
import Testing

@Suite("Reader processes")
struct ReaderProcessTests {
    @Test("a worker that is killed in the middle is replaced; no page is lost and none is delivered twice")
    func killedWorkersAreReplaced() async throws {
        try await disturb(with: SIGKILL, pageTimeout: .seconds(20))
    }

    @Test("a worker that stands still is killed after its time and replaced")
    func stoppedWorkersAreReplaced() async throws {
        try await disturb(with: SIGSTOP, pageTimeout: .seconds(4))
    }

    /// Sends a signal to every worker when the first pages come in; the document must be read all the same.
    private func disturb(with signal: Int32, pageTimeout: Duration) async throws {
        let pool = ReaderFixtures.pool(workerCount: 1, pageTimeout: pageTimeout)
        let collected = Collected()
        let isFirst = Lock(true)
        try await pool.read(ReaderFixtures.lecture) { info in
            Array(1...min(7, info.pageCount))
        } deliver: { pages in
            await collected.add(pages)
            guard
                isFirst.withLock({ first in
                    defer { first = false }; return first
                })
            else { return }
            for pid in pool.processIDs { kill(pid, signal) }
        }
        #expect(await collected.pages.map(\.number).sorted() == Array(1...7))
        #expect(pool.processIDs.isEmpty)
    }

    @Test("cancelling a reading ends its processes at once")
    func cancellingEndsProcesses() async throws {
        let pool = ReaderFixtures.pool(workerCount: 1)
        let reading = Task { try await pool.pages(ReaderFixtures.path("endless")) }
        while pool.processIDs.isEmpty { await Task.yield() }
        let pids = pool.processIDs
        reading.cancel()
        await #expect(throws: CancellationError.self) { try await reading.value }
        #expect(pool.processIDs.isEmpty)
        for pid in pids { #expect(kill(pid, 0) == -1 && errno == ESRCH) }
    }

    @Test("what the receiver throws ends the reading and its processes")
    func receiversMayThrow() async throws {
        struct Enough: Error {}
        let pool = ReaderFixtures.pool()
        await #expect(throws: Enough.self) {
            try await pool.read(ReaderFixtures.lecture) { _ in throw Enough() }
        }
        #expect(pool.processIDs.isEmpty)
    }

    @Test("a program that cannot be started is our fault, not the document's")
    func missingProgram() async throws {
        let pool = ReaderPool(executable: "/nowhere/lectern-reader", logger: ReaderFixtures.logger)
        let failure = try await #require(throws: ReaderFailure.self) { try await pool.inspect(ReaderFixtures.lecture) }
        #expect(failure.code == .unavailable && failure.isRetryable)
    }

    @Test("a program that answers nonsense is taken for dead")
    func nonsenseAnswers() async throws {
        let pool = ReaderPool(executable: "/bin/ls", logger: ReaderFixtures.logger)
        let failure = try await #require(throws: ReaderFailure.self) { try await pool.inspect(ReaderFixtures.lecture) }
        #expect(failure.code == .crashed)
        #expect(pool.processIDs.isEmpty)
    }

    @Test("the sandbox refuses network, writing, programs, threads, executable memory and other files")
    func sandboxHolds() throws {
        let process = Process()
        process.executableURL = URL(filePath: ReaderFixtures.executable)
        process.arguments = ["--self-check"]
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let output = String(decoding: try #require(try pipe.fileHandleForReading.readToEnd()), as: UTF8.self)
        process.waitUntilExit()
        #expect(process.terminationStatus == 0, "\(output)")
        #expect(output.contains("internet socket: refused") && output.contains("writing a file: refused"))
        #expect(!output.contains("POSSIBLE"))
    }
}
