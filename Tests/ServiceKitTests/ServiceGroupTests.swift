import Lifecycle
import Logs
import Platform
import TestSupport
import Testing

/// A part that runs until it is told to stop and writes down when that was.
private actor Part: Service {
    nonisolated let serviceName: String
    private let journal: Lock<[String]>
    private var waiting: CheckedContinuation<Void, Never>?
    private var isStopped = false
    private let isStubborn: Bool

    init(_ name: String, _ journal: Lock<[String]>, isStubborn: Bool = false) {
        serviceName = name
        self.journal = journal
        self.isStubborn = isStubborn
    }

    func run() async throws {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                if isStopped { continuation.resume() } else { waiting = continuation }
            }
        } onCancel: {
            Task { await self.end("cancelled") }
        }
    }

    func shutdown() async {
        if !isStubborn { end("stopped") }
    }

    private func end(_ how: String) {
        guard !isStopped else { return }
        isStopped = true
        journal.withLock { $0.append("\(serviceName) \(how)") }
        waiting?.resume()
    }
}

private struct Failing: Service {
    let serviceName = "failing"
    let error: (any Error)?
    func run() async throws { if let error { throw error } }
}

private struct Broken: Error {}

@Suite("Parts that run together")
struct ServiceGroupTests {
    private let logger = Logger(name: "test", sink: MemoryLogSink())

    @Test("a stop reaches the parts from the last to the first")
    func order() async throws {
        let journal = Lock<[String]>([])
        let group = ServiceGroup(
            services: [Part("store", journal), Part("jobs", journal), Part("http", journal)], logger: logger)
        group.requestStop()
        group.requestStop()
        try await group.run()
        #expect(journal.withLock { $0 } == ["http stopped", "jobs stopped", "store stopped"])
    }

    @Test("a part that fails stops the others, and its error is told")
    func failure() async throws {
        let journal = Lock<[String]>([])
        let group = ServiceGroup(services: [Part("store", journal), Failing(error: Broken())], logger: logger)
        await #expect(throws: ServiceGroup.Failure.self) { try await group.run() }
        #expect(journal.withLock { $0 } == ["store stopped"])
    }

    @Test("a part that ends without being asked is a failure")
    func earlyEnd() async throws {
        let group = ServiceGroup(services: [Failing(error: nil)], logger: logger)
        let error = await #expect(throws: ServiceGroup.Failure.self) { try await group.run() }
        #expect("\(try #require(error))".contains("ended before"))
    }

    @Test("a part that does not stop is cancelled when the grace period is over")
    func grace() async throws {
        let time = ManualTime()
        let journal = Lock<[String]>([])
        let group = ServiceGroup(
            services: [Part("stuck", journal, isStubborn: true), Part("http", journal)], logger: logger, time: time,
            gracePeriod: .seconds(30))
        let running = Task { try await group.run() }
        group.requestStop()
        await time.waitForSleepers(1)
        #expect(journal.withLock { $0 }.contains("stuck cancelled") == false)
        time.advance(by: .seconds(30))
        try await running.value
        #expect(journal.withLock { $0 }.contains("stuck cancelled"))
    }
}
