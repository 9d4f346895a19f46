import JSONCoding
import Jobs
import Platform
import SQL
import SQLiteStore
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(2)))
struct JobQueueTests {
    private struct Broken: Error, CustomStringConvertible {
        var description: String { "the printer is on fire" }
    }

    @Test func `a job exists only with the change that caused it`() async throws {
        try await JobsFixture.withFixture { (fixture) async throws in
            let queue = fixture.makeQueue()
            let log = EventLog(queue)
            queue.register(kind: "greet") { context in
                let name = context.payload["name"]?.string ?? "?"
                try await context.complete { connection in
                    _ = try connection.execute(
                        "INSERT INTO effects (job, note) VALUES (\(context.id), \("hello \(name)"))")
                }
            }
            try await fixture.running(queue) {
                struct Refused: Error {}
                let lost = Lock<Identifier?>(nil)
                _ = try? await fixture.database.write { connection in
                    let id = try queue.enqueue(NewJob(kind: "greet", payload: ["name": "nobody"]), in: connection)
                    lost.withLock { $0 = id }
                    throw Refused()
                }
                let id = try await fixture.database.write { connection in
                    try queue.enqueue(NewJob(kind: "greet", payload: ["name": "Ada"], owner: "u1"), in: connection)
                }
                await log.first(id, .completed)
                let record = try #require(try await queue.job(id))
                #expect(record.state == .completed)
                #expect(record.attempts == 1)
                #expect(record.owner == "u1")
                #expect(record.finishedAt == fixture.time.wall)
                let missing = try #require(lost.withLock { $0 })
                let lostRecord = try await queue.job(missing)
                #expect(lostRecord == nil)
            }
            let effects = try await fixture.effects()
            #expect(effects == ["hello Ada"])
        }
    }

    @Test func `a queue that has ended lets go of what its handlers and listeners hold`() async throws {
        try await JobsFixture.withFixture { (fixture) async throws in
            final class Owner: Sendable {
                let queue: JobQueue
                init(_ queue: JobQueue) { self.queue = queue }
            }
            weak var owner: Owner?
            do {
                // As services do it: the queue holds a handler, the handler its service, and that the queue.
                let queue = fixture.makeQueue()
                let service = Owner(queue)
                owner = service
                queue.register(kind: "k") { _ in withExtendedLifetime(service) {} }
                queue.onProgress { _ in withExtendedLifetime(service) {} }
                try await fixture.running(queue) { _ = try await service.queue.enqueue(NewJob(kind: "k")) }
            }
            #expect(owner == nil)
        }
    }

    @Test func `a unique key keeps a second job out while the first is not finished`() async throws {
        try await JobsFixture.withFixture { (fixture) async throws in
            let queue = fixture.makeQueue()
            let log = EventLog(queue)
            let gate = Gate()
            queue.register(kind: "k") { _ in await gate.pass() }
            let new = NewJob(kind: "k", uniqueKey: "only")
            let first = try await queue.enqueue(new)
            let again = try await queue.enqueue(new)
            #expect(first == again)
            try await fixture.running(queue) {
                await gate.waitForArrivals()
                let whileRunning = try await queue.enqueue(new)
                #expect(whileRunning == first)
                gate.open()
                await log.first(first, .completed)
                let afterwards = try await queue.enqueue(new)
                #expect(afterwards != first)
                await log.first(afterwards, .completed)
            }
        }
    }

    @Test func `a failing job is tried five times with growing waits and then kept with its error`() async throws {
        try await JobsFixture.withFixture { (fixture) async throws in
            let queue = fixture.makeQueue()
            let log = EventLog(queue)
            let attempts = Lock<[Int]>([])
            queue.register(kind: "fail") { context in
                attempts.withLock { $0.append(context.attempt) }
                throw Broken()
            }
            let id = try await queue.enqueue(NewJob(kind: "fail", payload: ["a": 1]))
            try await fixture.running(queue) {
                let policy = RetryPolicy()
                for attempt in 1...4 {
                    await log.first {
                        $0.id == id && $0.state == .queued && $0.revision == Int64(attempt * 2 + (attempt - 1))
                    }
                    // Not before half of the wait has passed, and certainly after all of it.
                    let full = policy.delay(afterAttempt: attempt, random: 1)
                    await fixture.time.waitForSleepers(2)
                    fixture.time.advance(by: full / 2 - .milliseconds(100))
                    let early = try #require(try await queue.job(id))
                    #expect(early.attempts == attempt)
                    await fixture.time.waitForSleepers(2)
                    fixture.time.advance(by: full / 2 + .seconds(2))
                }
                await log.first(id, .failed)
                #expect(attempts.withLock { $0 } == [1, 2, 3, 4, 5])
                let failed = try await queue.jobs(.failed)
                #expect(failed.map(\.id) == [id])
                #expect(failed.first?.error == "the printer is on fire")
                let again = try await queue.retry(id)
                #expect(again != id)
                let record = try #require(try await queue.job(again))
                #expect(record.retryOf == id)
                #expect(record.payload == ["a": 1])
            }
        }
    }

    @Test func `a permanent failure is not tried again`() async throws {
        try await JobsFixture.withFixture { (fixture) async throws in
            let queue = fixture.makeQueue()
            let log = EventLog(queue)
            queue.register(kind: "fail") { _ in throw JobFailure.permanent("the file is damaged") }
            let id = try await queue.enqueue(NewJob(kind: "fail"))
            try await fixture.running(queue) {
                let event = await log.first(id, .failed)
                #expect(event.error == "the file is damaged")
                let completed = try await queue.enqueue(NewJob(kind: "other"))
                await #expect(throws: JobError.self) { try await queue.retry(completed) }
            }
        }
    }

    @Test func `a worker that slept through its lease cannot commit, and another does the job once`() async throws {
        try await JobsFixture.withFixture { (fixture) async throws in
            var frozen = JobQueueOptions()
            frozen.heartbeat = .seconds(3600)
            frozen.pollInterval = .seconds(3600)
            let (sleeper, other) = (fixture.makeQueue(frozen), fixture.makeQueue())
            let gate = Gate()
            let refusal = Lock<JobError?>(nil)
            sleeper.register(kind: "k") { context in
                await gate.pass()
                do {
                    try await context.complete { connection in
                        _ = try connection.execute("INSERT INTO effects (job, note) VALUES (\(context.id), 'late')")
                    }
                } catch let error as JobError {
                    refusal.withLock { $0 = error }
                    throw error
                }
            }
            other.register(kind: "k") { context in
                try await context.complete { connection in
                    _ = try connection.execute("INSERT INTO effects (job, note) VALUES (\(context.id), 'in time')")
                }
            }
            let log = EventLog(other)
            let id = try await sleeper.enqueue(NewJob(kind: "k"))
            try await fixture.running(sleeper) {
                await gate.waitForArrivals()
                try await fixture.running(other) {
                    await fixture.time.waitForSleepers(4)
                    // One look short of the lease's end: nothing is taken away.
                    fixture.time.advance(by: .milliseconds(7900))
                    await fixture.time.waitForSleepers(4)
                    let held = try #require(try await other.job(id))
                    #expect(held.state == .running)
                    fixture.time.advance(by: .seconds(2))
                    await log.first(id, .completed)
                }
                gate.open()
            }
            #expect(refusal.withLock { $0?.code } == .leaseLost)
            let effects = try await fixture.effects()
            #expect(effects == ["in time"])
            let record = try #require(try await other.job(id))
            #expect(record.state == .completed)
            #expect(record.attempts == 1)
        }
    }

    @Test func `a lease that has run out refuses the commit even if nobody took the job`() async throws {
        try await JobsFixture.withFixture { (fixture) async throws in
            var frozen = JobQueueOptions()
            frozen.heartbeat = .seconds(3600)
            frozen.pollInterval = .seconds(3600)
            let queue = fixture.makeQueue(frozen)
            let (gate, done) = (Gate(), Gate())
            let refusals = Lock(0)
            queue.register(kind: "k", options: JobKindOptions(concurrency: 50)) { context in
                await gate.pass()
                do {
                    try await context.commit { _ in }
                } catch let error as JobError where error.code == .leaseLost {
                    refusals.withLock { $0 += 1 }
                }
                await done.pass()
            }
            for _ in 0..<50 { try await queue.enqueue(NewJob(kind: "k")) }
            try await fixture.running(queue) {
                await gate.waitForArrivals(50)
                fixture.time.advance(by: .seconds(9))
                gate.open()
                await done.waitForArrivals(50)
                done.open()
            }
            #expect(refusals.withLock { $0 } == 50)
        }
    }

    @Test func `heartbeats keep a long job, however long it takes`() async throws {
        try await JobsFixture.withFixture { (fixture) async throws in
            let queue = fixture.makeQueue()
            let log = EventLog(queue)
            let gate = Gate()
            queue.register(kind: "long") { context in
                await gate.pass()
                try await context.commit { _ in }
            }
            let id = try await queue.enqueue(NewJob(kind: "long"))
            try await fixture.running(queue) {
                await gate.waitForArrivals()
                for _ in 0..<20 {
                    await fixture.time.waitForSleepers(2)
                    fixture.time.advance(by: .milliseconds(2500))
                }
                await fixture.time.waitForSleepers(2)
                gate.open()
                await log.first(id, .completed)
            }
            let record = try #require(try await queue.job(id))
            #expect(record.attempts == 1)
        }
    }

    @Test func `after a reboot the jobs of the machine that was are free at once`() async throws {
        try await JobsFixture.withFixture { (fixture) async throws in
            let gate = Gate()
            let before = fixture.makeQueue(boot: "boot-1")
            before.register(kind: "k") { _ in await gate.pass() }
            let id = try await before.enqueue(NewJob(kind: "k"))
            let after = fixture.makeQueue(boot: "boot-2")
            let log = EventLog(after)
            after.register(kind: "k") { context in try await context.commit { _ in } }
            try await fixture.running(before) {
                await gate.waitForArrivals()
                // Both its watchmen sleep, on a clock that stands still: it can no longer take the other's boot for a past one.
                await fixture.time.waitForSleepers(2)
                try await fixture.running(after) { await log.first(id, .completed) }
                gate.open()
            }
        }
    }

    @Test func `queued and running jobs can be cancelled`() async throws {
        try await JobsFixture.withFixture { (fixture) async throws in
            let queue = fixture.makeQueue()
            let log = EventLog(queue)
            let gate = Gate()
            queue.register(kind: "k", options: JobKindOptions(concurrency: 1)) { context in
                await gate.pass()
                while !context.isCancelled { await Task.yield() }
                throw CancellationError()
            }
            gate.open()
            let running = try await queue.enqueue(NewJob(kind: "k"))
            let queued = try await queue.enqueue(NewJob(kind: "k"))
            try await fixture.running(queue) {
                await gate.waitForArrivals()
                let first = try await queue.cancel(queued)
                let second = try await queue.cancel(running)
                #expect(first && second)
                await log.first(queued, .cancelled)
                await log.first(running, .cancelled)
                let again = try await queue.cancel(running)
                #expect(!again)
            }
        }
    }

    @Test func `another process learns of a cancellation with its heartbeat`() async throws {
        try await JobsFixture.withFixture { (fixture) async throws in
            let (worker, asker) = (fixture.makeQueue(), fixture.makeQueue())
            let log = EventLog(worker)
            let gate = Gate()
            worker.register(kind: "k") { context in
                await gate.pass()
                while !context.isCancelled { await Task.yield() }
                throw CancellationError()
            }
            gate.open()
            let id = try await asker.enqueue(NewJob(kind: "k"))
            try await fixture.running(worker) {
                await gate.waitForArrivals()
                try await asker.cancel(id)
                await fixture.time.waitForSleepers(2)
                fixture.time.advance(by: .seconds(3))
                await log.first(id, .cancelled)
            }
        }
    }

    @Test func `a stop waits for running jobs, then puts them back without counting the attempt`() async throws {
        try await JobsFixture.withFixture { (fixture) async throws in
            let queue = fixture.makeQueue()
            let gate = Gate()
            queue.register(kind: "k") { context in
                await gate.pass()
                while !context.isCancelled { await Task.yield() }
                throw CancellationError()
            }
            gate.open()
            let id = try await queue.enqueue(NewJob(kind: "k"))
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await queue.run() }
                await gate.waitForArrivals()
                group.addTask { await queue.shutdown() }
                // Two loops and the deadline.
                await fixture.time.waitForSleepers(3)
                let draining = try #require(try await queue.job(id))
                #expect(draining.state == .running)
                fixture.time.advance(by: .seconds(21))
                try await group.waitForAll()
            }
            let record = try #require(try await queue.job(id))
            #expect(record.state == .queued)
            #expect(record.attempts == 0)
            let next = fixture.makeQueue()
            let log = EventLog(next)
            next.register(kind: "k") { _ in }
            try await fixture.running(next) { await log.first(id, .completed) }
        }
    }

    @Test func `an attempt that takes too long is cancelled and counts`() async throws {
        try await JobsFixture.withFixture { (fixture) async throws in
            let queue = fixture.makeQueue()
            let log = EventLog(queue)
            let gate = Gate()
            queue.register(kind: "k", options: JobKindOptions(timeLimit: .seconds(5))) { context in
                await gate.pass()
                while !context.isCancelled { await Task.yield() }
                throw CancellationError()
            }
            gate.open()
            let id = try await queue.enqueue(NewJob(kind: "k"))
            try await fixture.running(queue) {
                await gate.waitForArrivals()
                await fixture.time.waitForSleepers(3)
                fixture.time.advance(by: .seconds(5))
                let event = await log.first { $0.id == id && $0.error != nil }
                #expect(event.state == .queued)
                #expect(event.error == "the attempt took longer than allowed")
            }
        }
    }

    @Test func `progress is stored, numbered and told`() async throws {
        try await JobsFixture.withFixture { (fixture) async throws in
            let queue = fixture.makeQueue()
            let log = EventLog(queue)
            queue.register(kind: "k") { context in
                for page in 1...3 { try await context.progress(["page": .integer(Int64(page))]) }
            }
            let id = try await queue.enqueue(NewJob(kind: "k"))
            try await fixture.running(queue) { await log.first(id, .completed) }
            let record = try #require(try await queue.job(id))
            #expect(record.progress == ["page": 3])
            let revisions = log.all.filter { $0.id == id }.map(\.revision)
            #expect(revisions == revisions.sorted() && Set(revisions).count == revisions.count)
            #expect(log.all.compactMap { $0.progress?["page"]?.integer }.prefix(3) == [1, 2, 3])
        }
    }

    @Test func `a delay is not shortened by setting the clock, and immediate jobs do not wait for it`() async throws {
        try await JobsFixture.withFixture { (fixture) async throws in
            let queue = fixture.makeQueue()
            let log = EventLog(queue)
            queue.register(kind: "k") { _ in }
            try await fixture.running(queue) {
                let delayed = try await queue.enqueue(NewJob(kind: "k", start: .after(.seconds(60))))
                fixture.time.setWall(fixture.time.wall + .seconds(86_400))
                await fixture.time.waitForSleepers(2)
                fixture.time.advance(by: .seconds(30))
                await fixture.time.waitForSleepers(2)
                let early = try #require(try await queue.job(delayed))
                #expect(early.state == .queued)
                fixture.time.setWall(fixture.time.wall + .seconds(-2 * 86_400))
                let now = try await queue.enqueue(NewJob(kind: "k"))
                await log.first(now, .completed)
                await fixture.time.waitForSleepers(2)
                fixture.time.advance(by: .seconds(31))
                await log.first(delayed, .completed)
            }
        }
    }

    @Test func `two workers on one database do every job once`() async throws {
        try await JobsFixture.withFixture { (fixture) async throws in
            let second = try await SQLiteDatabase(path: fixture.folder.file("jobs.sqlite"))
            let clock = SystemTime()
            let one = fixture.makeQueue(time: clock)
            let two = JobsFixture(folder: fixture.folder, database: second).makeQueue(time: clock)
            let log = EventLog(one, two)
            for queue in [one, two] {
                queue.register(kind: "k", options: JobKindOptions(concurrency: 8)) { context in
                    try await context.complete { connection in
                        _ = try connection.execute(
                            "INSERT INTO effects (job, note) VALUES (\(context.id), \(context.id))")
                    }
                }
            }
            let ids = try await fixture.database.write { connection in
                try (0..<300).map { _ in try one.enqueue(NewJob(kind: "k"), in: connection) }
            }
            try await fixture.running(one, two) {
                for id in ids { await log.first(id, .completed) }
            }
            await second.close()
            let effects = try await fixture.effects()
            #expect(effects.sorted() == ids.map(\.description).sorted())
        }
    }

    @Test func `payloads are bounded`() async throws {
        try await JobsFixture.withFixture { (fixture) async throws in
            let queue = fixture.makeQueue()
            let overhead = 2
            let fits = String(repeating: "x", count: NewJob.payloadBytesMax - overhead)
            try await queue.enqueue(NewJob(kind: "k", payload: .string(fits)))
            await #expect(throws: JobError.self) {
                try await queue.enqueue(NewJob(kind: "k", payload: .string(fits + "x")))
            }
        }
    }

    @Test func `finished jobs are removed after their retention`() async throws {
        try await JobsFixture.withFixture { (fixture) async throws in
            let queue = fixture.makeQueue()
            let log = EventLog(queue)
            queue.register(kind: "good") { _ in }
            queue.register(kind: "bad") { _ in throw JobFailure.permanent("no") }
            let (good, bad) = (
                try await queue.enqueue(NewJob(kind: "good")), try await queue.enqueue(NewJob(kind: "bad"))
            )
            try await fixture.running(queue) {
                await log.first(good, .completed)
                await log.first(bad, .failed)
                await fixture.time.waitForSleepers(2)
                fixture.time.advance(by: .seconds(8 * 86_400))
                await fixture.time.waitForSleepers(2)
                fixture.time.advance(by: .seconds(1))
                await fixture.time.waitForSleepers(2)
                // The look that the second step began has cleaned up; the sleepers above wait for the next.
                let (first, second) = (try await queue.job(good), try await queue.job(bad))
                #expect(first == nil)
                #expect(second != nil)
            }
        }
    }
}
