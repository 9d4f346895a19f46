import JSONCoding
import Jobs
import Logs
import Platform
import SQL
import SQLiteStore
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1)))
struct OutboxTests {
    private struct Down: Error {}

    /// Runs a dispatcher beside `body`, then stops it.
    private func dispatching(
        _ outbox: Outbox, _ fixture: JobsFixture, sender: @escaping OutboxDispatcher.Sender,
        _ body: @escaping @Sendable () async throws -> Void
    ) async throws {
        let dispatcher = OutboxDispatcher(
            outbox: outbox, database: fixture.database, time: fixture.time,
            logger: Logger(name: "test", sink: MemoryLogSink()), metrics: fixture.metrics, sender: sender)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await dispatcher.run() }
            do {
                try await body()
            } catch {
                group.cancelAll()
                throw error
            }
            await dispatcher.shutdown()
            try await group.waitForAll()
        }
    }

    private func open(_ fixture: JobsFixture) async throws -> Int {
        try await fixture.database.read { try $0.first("SELECT count(*) AS n FROM outbox")?.get("n") ?? -1 }
    }

    @Test func `messages of a target arrive in order, and one that is down holds up nobody else`() async throws {
        try await JobsFixture.withFixture { (fixture) async throws in
            let outbox = Outbox(time: fixture.time)
            let received = Lock<[String]>([])
            let (isDown, arrived) = (Lock(true), Gate())
            arrived.open()
            try await fixture.database.write { connection in
                for n in 1...3 {
                    for target in ["docs", "chat"] {
                        try outbox.enqueue(
                            target: target, path: "/internal/x", payload: ["n": .integer(Int64(n))], in: connection)
                    }
                }
            }
            let sender: OutboxDispatcher.Sender = { message in
                if message.target == "docs", isDown.withLock({ $0 }) { throw Down() }
                received.withLock { $0.append("\(message.target) \(message.payload["n"]?.integer ?? 0)") }
                await arrived.pass()
            }
            try await dispatching(outbox, fixture, sender: sender) {
                await arrived.waitForArrivals(3)
                #expect(received.withLock { $0 } == ["chat 1", "chat 2", "chat 3"])
                isDown.withLock { $0 = false }
                await fixture.time.waitForSleepers(1)
                fixture.time.advance(by: .seconds(2))
                await arrived.waitForArrivals(6)
            }
            #expect(received.withLock { $0.suffix(3) } == ["docs 1", "docs 2", "docs 3"])
            let left = try await open(fixture)
            #expect(left == 0)
        }
    }

    @Test func `what a receiver refuses for good is kept aside and the next goes on`() async throws {
        try await JobsFixture.withFixture { (fixture) async throws in
            let outbox = Outbox(time: fixture.time)
            let arrived = Gate()
            arrived.open()
            try await fixture.database.write { connection in
                for n in 1...2 {
                    try outbox.enqueue(target: "docs", path: "/", payload: .integer(Int64(n)), in: connection)
                }
            }
            try await dispatching(
                outbox, fixture,
                sender: { message in
                    if message.payload == 1 { throw JobFailure.permanent("400 no such lecture") }
                    await arrived.pass()
                },
                {
                    await arrived.waitForArrivals(1)
                })
            let refused = try await fixture.database.read { connection in
                try connection.query("SELECT error FROM outbox WHERE refused = 1").map {
                    try $0.get("error", as: String.self)
                }
            }
            #expect(refused == ["400 no such lecture"])
        }
    }

    @Test func `a message is accepted once, and again if its transaction was rolled back`() async throws {
        try await JobsFixture.withFixture { (fixture) async throws in
            let inbox = InboxGuard(time: fixture.time)
            let id = Identifier.make()
            struct Refused: Error {}
            _ = try? await fixture.database.write { connection in
                #expect(try inbox.accept(id, in: connection))
                throw Refused()
            }
            let (first, second) = try await fixture.database.write { connection in
                (try inbox.accept(id, in: connection), try inbox.accept(id, in: connection))
            }
            #expect(first && !second)
            fixture.time.advance(by: .seconds(31 * 86_400))
            let removed = try await fixture.database.write { try inbox.removeOld(in: $0) }
            #expect(removed == 1)
        }
    }
}

struct IdempotencyStoreTests {
    private let answer = IdempotencyStore.StoredResponse(status: 201, fields: "location: /x", body: [1, 2, 3])

    @Test func `a repetition gets the same answer, another request with the key is refused`() async throws {
        try await JobsFixture.withFixture { (fixture) async throws in
            let store = IdempotencyStore(database: fixture.database, time: fixture.time)
            guard case .new(let claim) = try await store.begin(scope: "u1 POST /x", key: "k", fingerprint: [1]) else {
                Issue.record("a first request must be new")
                return
            }
            let (running, mismatch, other) = (
                try await store.begin(scope: "u1 POST /x", key: "k", fingerprint: [1]),
                try await store.begin(scope: "u1 POST /x", key: "k", fingerprint: [2]),
                try await store.begin(scope: "u2 POST /x", key: "k", fingerprint: [2])
            )
            #expect(running == .running)
            #expect(mismatch == .mismatch)
            if case .new = other {} else { Issue.record("another user's key is another key") }
            try await store.finish(claim, answer)
            let replay = try await store.begin(scope: "u1 POST /x", key: "k", fingerprint: [1])
            #expect(replay == .replay(answer))
            // Setting the clock forgets nothing; a day does.
            fixture.time.setWall(fixture.time.wall + .seconds(2 * 86_400))
            let jumped = try await store.begin(scope: "u1 POST /x", key: "k", fingerprint: [1])
            #expect(jumped == .replay(answer))
            let keptAll = try await store.removeOld()
            #expect(keptAll == 0)
            fixture.time.advance(by: .seconds(86_401))
            let removed = try await store.removeOld()
            #expect(removed == 2)
        }
    }

    @Test func `a key comes back when the work was given up, its process died or the machine rebooted`() async throws {
        try await JobsFixture.withFixture { (fixture) async throws in
            let store = IdempotencyStore(
                database: fixture.database, time: fixture.time, clock: MachineClock(time: fixture.time, boot: "one"))
            func begin(_ store: IdempotencyStore, _ key: String) async throws -> IdempotencyStore.Claim? {
                if case .new(let claim) = try await store.begin(scope: "s", key: key, fingerprint: [1]) {
                    claim
                } else {
                    nil
                }
            }
            let first = try #require(try await begin(store, "k"))
            try await store.abandon(first)
            let second = try #require(try await begin(store, "k"))
            let blocked = try await begin(store, "k")
            #expect(blocked == nil)
            fixture.time.advance(by: IdempotencyStore.claimTime)
            let third = try #require(try await begin(store, "k"))
            // The one that was too slow changes nothing any more.
            try await store.finish(second, answer)
            let running = try await store.begin(scope: "s", key: "k", fingerprint: [1])
            #expect(running == .running)
            try await store.finish(third, answer)
            let replay = try await store.begin(scope: "s", key: "k", fingerprint: [1])
            #expect(replay == .replay(answer))

            _ = try #require(try await begin(store, "r"))
            let rebooted = IdempotencyStore(
                database: fixture.database, time: fixture.time, clock: MachineClock(time: fixture.time, boot: "two"))
            let afterReboot = try await begin(rebooted, "r")
            #expect(afterReboot != nil)
            var large = answer
            large.body = [UInt8](repeating: 0, count: IdempotencyStore.bodyBytesMax + 1)
            try await store.finish(try #require(try await begin(store, "large")), large)
            let notKept = try await begin(store, "large")
            #expect(notKept != nil)
        }
    }
}
