import JSONCoding
import Jobs
import Logs
import Metrics
import Platform
import SQL
import SQLiteStore
import TestSupport
import Testing

/// A database with the tables of Jobs and a table `effects` for what handlers do, on a clock moved by hand.
struct JobsFixture: Sendable {
    let folder: TemporaryFolder
    let database: SQLiteDatabase
    let time = ManualTime()
    let metrics = MetricRegistry()

    /// Opens it, lends it, and closes it whatever happens.
    static func withFixture(_ body: (JobsFixture) async throws -> Void) async throws {
        let folder = try TemporaryFolder()
        let database = try await SQLiteDatabase(path: folder.file("jobs.sqlite"))
        let fixture = JobsFixture(folder: folder, database: database)
        do {
            let effects = MigrationSet(
                namespace: "test",
                scripts: [
                    (name: "effects", script: "CREATE TABLE effects (job TEXT NOT NULL, note TEXT NOT NULL) STRICT")
                ])
            try await Migrator([JobQueue.migrations, effects]).run(on: database)
            try await body(fixture)
        } catch {
            await database.close()
            throw error
        }
        await database.close()
    }

    func makeQueue(
        _ options: JobQueueOptions = JobQueueOptions(), boot: String = "boot-1", time: (any TimeSource)? = nil
    ) -> JobQueue {
        let time = time ?? self.time
        return JobQueue(
            database: database, time: time, logger: Logger(name: "test", sink: MemoryLogSink()), metrics: metrics,
            options: options, clock: MachineClock(time: time, boot: boot))
    }

    /// Runs the queues beside `body`, then stops them.
    func running(_ queues: JobQueue..., body: @escaping @Sendable () async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for queue in queues { group.addTask { try await queue.run() } }
            do {
                try await body()
            } catch {
                group.cancelAll()
                throw error
            }
            for queue in queues { await queue.shutdown() }
            try await group.waitForAll()
        }
    }

    func effects() async throws -> [String] {
        try await database.read { connection in
            try connection.query("SELECT note FROM effects ORDER BY rowid").map { try $0.get("note") }
        }
    }
}

/// Collects the events of queues and lets a test wait for one.
final class EventLog: Sendable {
    private struct State {
        var events: [JobEvent] = []
        var waiters: [(condition: @Sendable (JobEvent) -> Bool, continuation: CheckedContinuation<JobEvent, Never>)] =
            []
    }

    private let state = Lock(State())

    init(_ queues: JobQueue...) {
        for queue in queues { queue.onProgress { [self] in add($0) } }
    }

    var all: [JobEvent] { state.withLock { $0.events } }

    private func add(_ event: JobEvent) {
        let met = state.withLock { state in
            state.events.append(event)
            let met = state.waiters.filter { $0.condition(event) }
            state.waiters.removeAll { $0.condition(event) }
            return met
        }
        for waiter in met { waiter.continuation.resume(returning: event) }
    }

    /// The first event, past or to come, that meets the condition.
    @discardableResult
    func first(where condition: @escaping @Sendable (JobEvent) -> Bool) async -> JobEvent {
        await withCheckedContinuation { continuation in
            let past = state.withLock { state -> JobEvent? in
                if let event = state.events.first(where: condition) { return event }
                state.waiters.append((condition, continuation))
                return nil
            }
            if let past { continuation.resume(returning: past) }
        }
    }

    @discardableResult
    func first(_ id: Identifier, _ state: JobState) async -> JobEvent {
        await first { $0.id == id && $0.state == state }
    }
}

/// Holds tasks until it is opened.
final class Gate: Sendable {
    private struct State {
        var isOpen = false
        var waiting: [CheckedContinuation<Void, Never>] = []
        var arrivals: [(count: Int, continuation: CheckedContinuation<Void, Never>)] = []
        var arrived = 0
    }

    private let state = Lock(State())

    /// Waits for `open()`; ignores cancellation, as a frozen process would.
    func pass() async {
        await withCheckedContinuation { continuation in
            let (isOpen, met) = state.withLock { state in
                state.arrived += 1
                let arrived = state.arrived
                let met = state.arrivals.filter { $0.count <= arrived }
                state.arrivals.removeAll { $0.count <= arrived }
                if !state.isOpen { state.waiting.append(continuation) }
                return (state.isOpen, met)
            }
            for arrival in met { arrival.continuation.resume() }
            if isOpen { continuation.resume() }
        }
    }

    /// Returns once `count` tasks have come to the gate.
    func waitForArrivals(_ count: Int = 1) async {
        await withCheckedContinuation { continuation in
            let isMet = state.withLock { state in
                if state.arrived >= count { return true }
                state.arrivals.append((count, continuation))
                return false
            }
            if isMet { continuation.resume() }
        }
    }

    func open() {
        let waiting = state.withLock { state in
            state.isOpen = true
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting { continuation.resume() }
    }
}
