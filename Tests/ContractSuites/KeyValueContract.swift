package import KeyValue
import Platform
import Testing

/// What every ``KeyValueStore`` must do. The store is expected to be empty; `pass` lets a time go by, by moving a clock or
/// by waiting.
package struct KeyValueContract: Sendable {
    private let store: any KeyValueStore
    private let pass: @Sendable (Duration) async throws -> Void

    package init(_ store: any KeyValueStore, pass: @escaping @Sendable (Duration) async throws -> Void) {
        self.store = store
        self.pass = pass
    }

    package func checkAll() async throws {
        try await valuesLive()
        try await valuesExpire()
        try await locksExclude()
        try await countersAddUp()
        try await bucketsRefill()
        try await messagesArriveInOrder()
    }

    func valuesLive() async throws {
        #expect(try await store.get("c:none") == nil)
        let bytes: [UInt8] = [0, 255, 10, 13]
        try await store.set("c:v", bytes, ttl: nil)
        #expect(try await store.get("c:v") == bytes)
        try await store.set("c:v", [], ttl: nil)
        #expect(try await store.get("c:v") == [])
        #expect(try await store.delete("c:v"))
        #expect(try await !store.delete("c:v"))
        #expect(try await store.get("c:v") == nil)
    }

    func valuesExpire() async throws {
        try await store.set("c:short", [1], ttl: .milliseconds(300))
        try await store.set("c:long", [2], ttl: .seconds(60))
        try await store.set("c:renewed", [3], ttl: .milliseconds(300))
        // Setting without a time to live takes the old one away.
        try await store.set("c:renewed", [4], ttl: nil)
        try await pass(.milliseconds(400))
        #expect(try await store.get("c:short") == nil)
        #expect(try await store.get("c:long") == [2])
        #expect(try await store.get("c:renewed") == [4])
        #expect(try await store.setIfAbsent("c:short", [5], ttl: nil))
    }

    func locksExclude() async throws {
        #expect(try await store.setIfAbsent("c:lock", [1], ttl: .seconds(60)))
        #expect(try await !store.setIfAbsent("c:lock", [2], ttl: .seconds(60)))
        #expect(try await !store.compareAndDelete("c:lock", expected: [2]))
        #expect(try await store.get("c:lock") == [1])
        #expect(try await store.compareAndDelete("c:lock", expected: [1]))
        #expect(try await !store.compareAndDelete("c:lock", expected: [1]))
        let winners = try await withThrowingTaskGroup(of: Bool.self) { group in
            for n in UInt8(0)..<50 {
                group.addTask { [store] in try await store.setIfAbsent("c:race", [n], ttl: nil) }
            }
            return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(winners == 1)
    }

    func countersAddUp() async throws {
        #expect(try await store.increment("c:n", by: 5, ttl: .milliseconds(300)) == 5)
        #expect(try await store.increment("c:n", by: -7, ttl: .seconds(60)) == -2)
        #expect(try await store.text("c:n") == "-2")
        // The time to live is that of the first increment.
        try await pass(.milliseconds(400))
        #expect(try await store.increment("c:n", by: 1, ttl: nil) == 1)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<100 {
                group.addTask { [store] in _ = try await store.increment("c:many", by: 1, ttl: nil) }
            }
            try await group.waitForAll()
        }
        #expect(try await store.text("c:many") == "100")
        try await store.set("c:word", text: "word", ttl: nil)
        await #expect(throws: KeyValueError.self) { try await store.increment("c:word", by: 1, ttl: nil) }
        try await store.set("c:most", text: String(Int64.max), ttl: nil)
        await #expect(throws: KeyValueError.self) { try await store.increment("c:most", by: 1, ttl: nil) }
    }

    func bucketsRefill() async throws {
        func take(_ cost: Double = 1) async throws -> TokenDecision {
            try await store.takeToken(bucket: "c:b", capacity: 3, refillPerSecond: 1, cost: cost)
        }
        for remaining in [2, 1, 0] {
            let decision = try await take()
            #expect(decision.isAllowed && decision.remaining == remaining && decision.retryAfter == .zero)
        }
        let refused = try await take()
        #expect(!refused.isAllowed)
        #expect(refused.remaining == 0)
        #expect(refused.retryAfter > .milliseconds(800) && refused.retryAfter <= .seconds(1))
        try await pass(refused.retryAfter)
        #expect(try await take().isAllowed)
        #expect(try await !take().isAllowed)
        #expect(try await !take(4).isAllowed)
    }

    func messagesArriveInOrder() async throws {
        try await store.publish("c:ch", [0])
        let (first, second) = (try await store.subscribe("c:ch"), try await store.subscribe("c:ch"))
        let other = try await store.subscribe("c:other")
        for n in UInt8(1)...5 { try await store.publish("c:ch", [n]) }
        try await store.publish("c:other", [9])
        for subscription in [first, second] {
            var received: [Subscription.Event] = []
            for await event in subscription {
                received.append(event)
                if received.count == 5 { break }
            }
            #expect(received == (UInt8(1)...5).map { .message([$0]) })
        }
        var iterator = other.makeAsyncIterator()
        #expect(await iterator.next() == .message([9]))
    }
}
