import CJobsReference
import Glibc
import JSONCoding
import Jobs
import Logs
import Metrics
import Platform
import SQL
import SQLiteStore

/// Measures enqueue, claim and complete of many jobs beside a loop of synced commits.
struct JobsBenchmark {
    let folder: String
    let jobs: Int

    /// Clients that put jobs in at the same time, as requests do.
    private let clients = 32
    private let rounds = 3

    func run() async throws {
        mkdir(folder, 0o700)
        defer {
            for name in ["jobs", "reference"] {
                for end in ["", "-wal", "-shm"] { unlink("\(folder)/\(name).sqlite\(end)") }
            }
        }
        var (ours, reference): ([Double], [Double]) = ([], [])
        for _ in 0..<rounds {
            reference.append(cjobs_reference("\(folder)/reference.sqlite", Int32(clamping: jobs / 5)))
            ours.append(try await measureJobs())
        }
        let (job, plain) = (ours.sorted()[rounds / 2], reference.sorted()[rounds / 2])
        print("three synced commits in C, one after the other: \(Int(plain)) jobs/s")
        print("durable jobs (enqueue, claim, complete):        \(Int(job)) jobs/s, \(clients) clients")
        print("ratio \((job / plain * 100).rounded() / 100) (must 0.7, aim 2), median of \(rounds)")
        rmdir(folder)
    }

    private func measureJobs() async throws -> Double {
        let database = try await SQLiteDatabase(path: "\(folder)/jobs.sqlite")
        try await Migrator([JobQueue.migrations]).run(on: database)
        let queue = JobQueue(
            database: database, logger: Logger(name: "bench", sink: MemoryLogSink(), level: .error),
            metrics: MetricRegistry())
        let (finished, counter) = (AsyncStream.makeStream(of: Void.self), Lock(0))
        let jobs = jobs
        queue.onProgress { event in
            guard event.state == .completed else { return }
            let count = counter.withLock { count in
                count += 1
                return count
            }
            if count == jobs { finished.continuation.finish() }
        }
        queue.register(kind: "bench", options: JobKindOptions(concurrency: 64)) { _ in }
        let seconds = try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await queue.run() }
            let began = MonotonicInstant.now
            for client in 0..<clients {
                group.addTask { [clients] in
                    for n in stride(from: client, to: jobs, by: clients) {
                        try await queue.enqueue(NewJob(kind: "bench", payload: ["n": .integer(Int64(n))]))
                    }
                }
            }
            for await _ in finished.stream {}
            let seconds = (MonotonicInstant.now - began).inSeconds
            await queue.shutdown()
            try await group.waitForAll()
            return seconds
        }
        await database.close()
        return Double(jobs) / seconds
    }
}
