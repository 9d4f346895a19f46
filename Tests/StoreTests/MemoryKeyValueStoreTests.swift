import ContractSuites
import KeyValue
import Platform
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1)))
struct MemoryKeyValueStoreTests {
    @Test func `the memory store keeps the contract of a key-value store`() async throws {
        let time = ManualTime()
        let store = MemoryKeyValueStore(time: time)
        try await KeyValueContract(store) { time.advance(by: $0) }.checkAll()
    }

    @Test func `what was used longest ago goes first, by number and by size`() async throws {
        var limits = MemoryKeyValueLimits()
        limits.entriesMax = 3
        let store = MemoryKeyValueStore(limits: limits, time: ManualTime())
        for key in ["a", "b", "c"] { try await store.set(key, [1], ttl: nil) }
        _ = await store.get("a")
        try await store.set("d", [1], ttl: nil)
        #expect(await store.get("b") == nil)
        for key in ["a", "c", "d"] { #expect(await store.get(key) != nil) }

        limits.entriesMax = 1000
        limits.bytesMax = 10_000
        let small = MemoryKeyValueStore(limits: limits, time: ManualTime())
        for n in 0..<100 { try await small.set("k\(n)", [UInt8](repeating: 0, count: 1000), ttl: nil) }
        #expect(small.usage.bytes <= 10_000)
        #expect(small.usage.entries == 8)
        #expect(await small.get("k99") != nil)
    }

    @Test func `keys and values are bounded, at the limit and beyond`() async throws {
        var limits = MemoryKeyValueLimits()
        limits.keyBytesMax = 4
        limits.valueBytesMax = 4
        let store = MemoryKeyValueStore(limits: limits, time: ManualTime())
        try await store.set("abcd", [1, 2, 3, 4], ttl: nil)
        await #expect(throws: KeyValueError.self) { try await store.set("abcde", [], ttl: nil) }
        await #expect(throws: KeyValueError.self) { try await store.set("a", [1, 2, 3, 4, 5], ttl: nil) }
    }

    @Test func `a slow subscriber misses the oldest and is told how many`() async throws {
        var limits = MemoryKeyValueLimits()
        limits.waitingMessagesMax = 3
        limits.subscribersMax = 2
        let store = MemoryKeyValueStore(limits: limits, time: ManualTime())
        let subscription = try await store.subscribe("ch")
        for n in UInt8(1)...5 { await store.publish("ch", [n]) }
        var iterator = subscription.makeAsyncIterator()
        #expect(await iterator.next() == .missed(2))
        #expect(await iterator.next() == .message([3]))
        await store.publish("ch", [6])
        for n in UInt8(4)...6 { #expect(await iterator.next() == .message([n])) }
        var second: Subscription? = try await store.subscribe("ch")
        await #expect(throws: KeyValueError.self) { try await store.subscribe("ch") }
        // Releasing one makes room.
        _ = second
        second = nil
        second = try await store.subscribe("ch")
        #expect(second != nil)
    }

    @Test func `cancelling the reader ends its iteration`() async throws {
        let store = MemoryKeyValueStore(time: ManualTime())
        let subscription = try await store.subscribe("ch")
        let events = await withTaskGroup(of: Int.self) { group in
            group.addTask {
                var count = 0
                for await _ in subscription { count += 1 }
                return count
            }
            group.cancelAll()
            return await group.next() ?? -1
        }
        #expect(events == 0)
    }

    @Test func `buckets take nonsense for nothing`() async throws {
        let store = MemoryKeyValueStore(time: ManualTime())
        let never = await store.takeToken(bucket: "b", capacity: .nan, refillPerSecond: -1, cost: 1)
        #expect(!never.isAllowed)
        #expect(never.retryAfter == .seconds(365 * 86_400))
        let free = await store.takeToken(bucket: "b", capacity: 1, refillPerSecond: .infinity, cost: -3)
        #expect(free.isAllowed)
    }
}
