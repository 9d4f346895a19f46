package import Platform

/// Bounds of a ``MemoryKeyValueStore``. What exceeds them goes by last use.
package struct MemoryKeyValueLimits: Sendable {
    package var entriesMax = 100_000
    /// Keys, values and what keeping them takes.
    package var bytesMax = 64 << 20
    package var keyBytesMax = 1024
    package var valueBytesMax = 8 << 20
    package var bucketsMax = 100_000
    package var subscribersMax = 10_000
    /// Messages kept for a subscriber that is slow; after that it misses the oldest, and is told how many.
    package var waitingMessagesMax = 256

    package init() {}
}

/// A ``KeyValueStore`` inside the process, for one replica.
///
/// Nothing here waits: a lock is held for the time of a table look-up.
package final class MemoryKeyValueStore: KeyValueStore {
    private struct State {
        var table: MemoryTable
        var buckets = RecencyTable<TokenBucket>()
    }

    private let limits: MemoryKeyValueLimits
    private let time: any TimeSource
    private let state: Lock<State>
    private let hub: MessageHub

    package init(limits: MemoryKeyValueLimits = MemoryKeyValueLimits(), time: any TimeSource = SystemTime()) {
        self.limits = limits
        self.time = time
        state = Lock(State(table: MemoryTable(limits: limits)))
        hub = MessageHub(subscribersMax: limits.subscribersMax, waitingMessagesMax: limits.waitingMessagesMax)
    }

    package func get(_ key: String) async -> [UInt8]? {
        let now = time.monotonic
        return state.withLock { $0.table.get(key, at: now) }
    }

    package func set(_ key: String, _ value: [UInt8], ttl: Duration?) async throws {
        let now = time.monotonic
        try state.withLock { state throws(KeyValueError) in try state.table.set(key, value, ttl: ttl, at: now) }
    }

    package func setIfAbsent(_ key: String, _ value: [UInt8], ttl: Duration?) async throws -> Bool {
        let now = time.monotonic
        return try state.withLock { state throws(KeyValueError) in
            try state.table.setIfAbsent(key, value, ttl: ttl, at: now)
        }
    }

    @discardableResult
    package func delete(_ key: String) async -> Bool {
        let now = time.monotonic
        return state.withLock { $0.table.delete(key, at: now) }
    }

    package func compareAndDelete(_ key: String, expected: [UInt8]) async -> Bool {
        let now = time.monotonic
        return state.withLock { $0.table.compareAndDelete(key, expected: expected, at: now) }
    }

    @discardableResult
    package func increment(_ key: String, by amount: Int64, ttl: Duration?) async throws -> Int64 {
        let now = time.monotonic
        return try state.withLock { state throws(KeyValueError) in
            try state.table.increment(key, by: amount, ttl: ttl, at: now)
        }
    }

    package func takeToken(
        bucket: String, capacity: Double, refillPerSecond: Double, cost: Double
    ) async -> TokenDecision {
        let now = time.monotonic
        return state.withLock { state in
            var tokens = state.buckets.peek(bucket) ?? TokenBucket(capacity: capacity, at: now)
            let decision = tokens.take(
                capacity: capacity, refillPerSecond: refillPerSecond, cost: cost, at: now)
            state.buckets.set(bucket, tokens, weight: 1)
            if state.buckets.count > limits.bucketsMax { state.buckets.removeOldest() }
            return decision
        }
    }

    package func publish(_ channel: String, _ message: [UInt8]) async {
        hub.publish(channel, message)
    }

    package func subscribe(_ channel: String) async throws -> Subscription {
        try hub.subscribe(channel)
    }

    /// How many values and bytes are kept now, for metrics.
    package var usage: (entries: Int, bytes: Int) {
        state.withLock { ($0.table.count, $0.table.byteCount) }
    }
}
