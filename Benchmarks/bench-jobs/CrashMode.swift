import Glibc
import JSONCoding
import Jobs
import Logs
import Metrics
import Platform
import SQL
import SQLiteStore

/// The program that a crash test kills at any moment, and the check of what is left.
///
/// `run` finishes what an earlier run has left, then puts jobs in and does them. A line `queued N` on standard output is an
/// acknowledgement: that job must be in the store from then on. Every job adds one row to `effects`, in the transaction
/// that completes it. `check` finishes what is left and verifies that every acknowledged job (numbers on standard input) has
/// its effect, and none has two.
struct CrashMode {
    let path: String

    private let jobsPerRun: Int64 = 400

    private func open() async throws -> (SQLiteDatabase, JobQueue) {
        let database = try await SQLiteDatabase(path: path)
        let effects = MigrationSet(
            namespace: "crash",
            scripts: [(name: "effects", script: "CREATE TABLE effects (job TEXT NOT NULL, n INTEGER NOT NULL) STRICT")])
        try await Migrator([JobQueue.migrations, effects]).run(on: database)
        var options = JobQueueOptions()
        // Shorter than in services, so that a thousand crashes are a test and not a night.
        options.lease = .milliseconds(600)
        options.heartbeat = .milliseconds(150)
        options.pollInterval = .milliseconds(50)
        let queue = JobQueue(
            database: database, logger: Logger(name: "crash", sink: MemoryLogSink(), level: .error),
            metrics: MetricRegistry(), options: options)
        var policy = RetryPolicy()
        policy.interruptionsMax = .max
        queue.register(kind: "effect", options: JobKindOptions(concurrency: 16, retry: policy)) { context in
            let n = context.payload["n"]?.integer ?? -1
            try await context.progress(["begun": true])
            try await context.complete { connection in
                _ = try connection.execute("INSERT INTO effects (job, n) VALUES (\(context.id), \(n))")
            }
        }
        return (database, queue)
    }

    func run() async throws {
        let (database, queue) = try await open()
        // Numbers that no earlier run has used.
        let first = SystemTime().wall.millisecondsSince1970 * 1000
        let next = Lock(first)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await queue.run() }
            try await withThrowingTaskGroup(of: Void.self) { clients in
                for _ in 0..<8 {
                    clients.addTask { [jobsPerRun] in
                        while true {
                            let n = next.withLock { next in
                                defer { next += 1 }
                                return next
                            }
                            guard n < first + jobsPerRun else { return }
                            try await queue.enqueue(NewJob(kind: "effect", payload: ["n": .integer(n)]))
                            acknowledge("queued \(n)\n")
                        }
                    }
                }
                try await clients.waitForAll()
            }
            try await untilIdle(database)
            await queue.shutdown()
            try await group.waitForAll()
        }
        await database.close()
    }

    func check() async throws {
        let (database, queue) = try await open()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await queue.run() }
            try await untilIdle(database)
            await queue.shutdown()
            try await group.waitForAll()
        }
        try await database.check()
        var promised: [Int64] = []
        while let line = readLine() {
            if line.hasPrefix("queued "), let n = Int64(line.dropFirst(7)) { promised.append(n) }
        }
        let (jobs, effects) = try await database.read { connection in
            (
                try connection.query("SELECT payload, state FROM jobs").map {
                    (
                        n: try JSONValue(parsing: $0.get("payload", as: String.self))["n"]?.integer ?? -1,
                        state: try $0.get("state", as: String.self)
                    )
                },
                try connection.query("SELECT job, n FROM effects").map {
                    (job: try $0.get("job", as: String.self), n: try $0.get("n", as: Int64.self))
                }
            )
        }
        await database.close()
        let lost = Set(promised).subtracting(effects.map(\.n))
        let doubled = effects.count - Set(effects.map(\.job)).count
        let unfinished = jobs.filter { $0.state != "completed" }.count
        print(
            "\(promised.count) acknowledged, \(jobs.count) stored, \(effects.count) effects; \(lost.count) lost, "
                + "\(doubled) doubled, \(unfinished) unfinished")
        if !lost.isEmpty || doubled > 0 || unfinished > 0 || effects.count != jobs.count { exit(1) }
    }

    private func untilIdle(_ database: SQLiteDatabase) async throws {
        while true {
            let open = try await database.read { connection in
                try connection.first("SELECT count(*) AS n FROM jobs WHERE state IN ('queued', 'running')")?
                    .get("n", as: Int.self) ?? 0
            }
            if open == 0 { return }
            try await SystemTime().sleep(for: .milliseconds(20))
        }
    }
}

/// One write(2) on standard output, so that a line is there as a whole or not at all.
private func acknowledge(_ line: String) {
    let bytes = Array(line.utf8)
    _ = write(1, bytes, bytes.count)
}
