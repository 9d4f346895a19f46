import Platform
import Testing

@testable import AuthService

@Suite struct TurnstileTests {
    @Test(arguments: [1, 3]) func `No more than allowed are inside at once, and all get in`(width: Int) async throws {
        let turnstile = Turnstile()
        let inside = Lock((now: 0, most: 0))
        let results = await inParallel(40) { _ in
            try await turnstile.pass("key", width: width) {
                inside.withLock { state in
                    state.now += 1
                    state.most = max(state.most, state.now)
                }
                await Task.yield()
                inside.withLock { $0.now -= 1 }
            }
        }
        for result in results { try result.get() }
        #expect(inside.withLock { $0.most } <= width)
        #expect(turnstile.keyCount == 0)
    }

    @Test func `Keys do not wait for each other`() async throws {
        let turnstile = Turnstile()
        try await turnstile.pass("a", width: 1) {
            try await turnstile.pass("b", width: 1) { #expect(turnstile.keyCount == 2) }
        }
        #expect(turnstile.keyCount == 0)
    }

    @Test func `Beyond the limit callers are turned away, and the cancelled leave the line`() async throws {
        let turnstile = Turnstile()
        let gate = AsyncStream<Void>.makeStream()
        let holder = Task {
            try await turnstile.pass("key", width: 1) { for await _ in gate.stream { break } }
        }
        while turnstile.keyCount == 0 { await Task.yield() }
        let waiting = (0..<(Turnstile.waitingMax + 10)).map { _ in
            Task { try await turnstile.pass("key", width: 1) {} }
        }
        // The ten that found no place end at once; the others wait until they are cancelled.
        var crowded = 0
        let outcomes = AsyncStream<Bool>.makeStream()
        for task in waiting {
            Task {
                if case .failure(let error) = await task.result {
                    outcomes.continuation.yield(error is Turnstile.Crowded)
                }
            }
        }
        for await isCrowded in outcomes.stream {
            if isCrowded { crowded += 1 }
            if crowded == 10 { break }
        }
        for task in waiting { task.cancel() }
        for task in waiting { _ = await task.result }
        gate.continuation.yield()
        try await holder.value
        #expect(turnstile.keyCount == 0)
    }
}
