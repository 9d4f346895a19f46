import Platform
import Testing

/// Something pinned to a loop, as connections are.
private actor Resident {
    nonisolated let loop: EventLoop
    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }
    private var count = 0

    init(loop: EventLoop) { self.loop = loop }

    func add(_ handler: @Sendable () async -> Bool) async -> Bool {
        count += 1
        return await handler()
    }

    func total() -> Int { count }
}

@Suite struct EventLoopTests {
    @Test func `An actor and the closures it calls run on the thread of its loop`() async throws {
        let group = try EventLoopGroup(count: 2)
        for loop in group.loops {
            let resident = Resident(loop: loop)
            #expect(await resident.add { loop.isOnLoop })
            #expect(!loop.isOnLoop)
        }
        await group.shutdown()
    }

    @Test func `Jobs from many threads all run`() async throws {
        let group = try EventLoopGroup(count: 2)
        let residents = group.loops.map { Resident(loop: $0) }
        await withTaskGroup(of: Void.self) { tasks in
            for number in 0..<2000 {
                tasks.addTask { _ = await residents[number % 2].add { true } }
            }
        }
        #expect(await residents[0].total() == 1000)
        #expect(await residents[1].total() == 1000)
    }

    @Test func `A task that prefers a loop runs on it`() async throws {
        let loop = try EventLoopGroup(count: 1).next()
        let isOnLoop = await Task(executorPreference: loop) { loop.isOnLoop }.value
        #expect(isOnLoop)
    }

    @Test func `Loops are handed out in turn`() throws {
        let group = try EventLoopGroup(count: 3)
        #expect((0..<6).map { _ in group.next().index } == [0, 1, 2, 0, 1, 2])
    }

    @Test func `A submitted body runs on the loop and sees its time`() async throws {
        let group = try EventLoopGroup(count: 1)
        let loop = group.next()
        let before = MonotonicInstant.now
        let seen = await withCheckedContinuation { continuation in
            loop.submit { continuation.resume(returning: loop.isOnLoop ? loop.now : MonotonicInstant(nanoseconds: 0)) }
        }
        // The loop reads the clock once per turn.
        #expect(before - seen < .seconds(1))
    }
}

@Suite struct BlockingExecutorTests {
    private actor Worker {
        private let executor = BlockingExecutor(name: "test")
        nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }
        private var seen: [Int] = []

        func append(_ number: Int) { seen.append(number) }
        func all() -> [Int] { seen }
    }

    @Test func `An actor on its own thread keeps its state straight`() async {
        let worker = Worker()
        await withTaskGroup(of: Void.self) { tasks in
            for number in 0..<500 { tasks.addTask { await worker.append(number) } }
        }
        #expect(await worker.all().sorted() == Array(0..<500))
    }

    @Test func `A body runs away from the caller and its error comes back`() async throws {
        let executor = BlockingExecutor(name: "test")
        #expect(try await executor.run { 42 } == 42)
        await #expect(throws: SystemError.self) {
            try await executor.run { throw SystemError(code: 2, call: "open") }
        }
    }

    @Test func `Hundreds of short-lived executors leave nothing behind that crashes`() async {
        for _ in 0..<200 {
            let worker = Worker()
            await worker.append(1)
        }
    }
}

@Suite struct LockTests {
    @Test func `A counter behind a lock loses nothing`() async {
        let lock = Lock(0)
        await withTaskGroup(of: Void.self) { tasks in
            for _ in 0..<8 {
                tasks.addTask { for _ in 0..<5000 { lock.withLock { $0 += 1 } } }
            }
        }
        #expect(lock.withLock { $0 } == 40_000)
    }
}
