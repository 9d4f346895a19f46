/// Short-lived values, counters, budgets and messages that all replicas of a service share.
///
/// What is kept here may be lost at any time: it is a cache and a meeting place, never the truth. Values are bytes; times
/// to live run on a clock that is not moved by setting the time of day. Every method throws ``KeyValueError`` when the store
/// cannot be reached.
package protocol KeyValueStore: Sendable {
    /// The value, or `nil` when there is none or its time has passed.
    func get(_ key: String) async throws -> [UInt8]?

    /// Replaces the value and its time to live; without one it stays until it is evicted.
    func set(_ key: String, _ value: [UInt8], ttl: Duration?) async throws

    /// Sets the value unless there is one; whether it did. The way to take a lock.
    func setIfAbsent(_ key: String, _ value: [UInt8], ttl: Duration?) async throws -> Bool

    /// Removes the value; whether there was one.
    @discardableResult
    func delete(_ key: String) async throws -> Bool

    /// Removes the value if it is `expected`; whether it was. The way to release a lock taken with a random value.
    func compareAndDelete(_ key: String, expected: [UInt8]) async throws -> Bool

    /// Adds to a counter, which starts at 0, and returns the new number. `ttl` counts from the counter's first increment.
    /// The value reads as decimal text. Throws `.notANumber` when the key holds something else or the sum overflows.
    @discardableResult
    func increment(_ key: String, by amount: Int64, ttl: Duration?) async throws -> Int64

    /// Takes `cost` tokens out of a bucket that holds `capacity` at most and refills steadily.
    func takeToken(
        bucket: String, capacity: Double, refillPerSecond: Double, cost: Double
    ) async throws -> TokenDecision

    /// Sends a message to everybody who is subscribed to `channel` at this moment; nobody else gets it.
    func publish(_ channel: String, _ message: [UInt8]) async throws

    /// Subscribes from now on. The subscription ends when it is released. Throws `.tooMany` at the limit.
    func subscribe(_ channel: String) async throws -> Subscription
}

extension KeyValueStore {
    /// Sets text.
    package func set(_ key: String, text: String, ttl: Duration?) async throws {
        try await set(key, Array(text.utf8), ttl: ttl)
    }

    /// The value as text; bytes that are no UTF-8 are replaced.
    package func text(_ key: String) async throws -> String? {
        try await get(key).map { String(decoding: $0, as: UTF8.self) }
    }
}

/// What a bucket said.
package struct TokenDecision: Sendable, Hashable {
    package let isAllowed: Bool
    /// Whole tokens left.
    package let remaining: Int
    /// How long until `cost` tokens are there; zero when allowed.
    package let retryAfter: Duration

    package init(isAllowed: Bool, remaining: Int, retryAfter: Duration) {
        self.isAllowed = isAllowed
        self.remaining = remaining
        self.retryAfter = retryAfter
    }
}

/// What went wrong in a key-value store.
package struct KeyValueError: Error, Sendable, CustomStringConvertible {
    package struct Code: Sendable, Hashable, CustomStringConvertible {
        package let description: String

        /// The key holds something that cannot be counted, or the count overflows.
        package static let notANumber = Code(description: "not_a_number")
        /// A key, value or number of subscribers beyond the limit.
        package static let tooMany = Code(description: "too_many")
        package static let tooLarge = Code(description: "too_large")
        /// The store cannot be reached.
        package static let unavailable = Code(description: "unavailable")
    }

    package let code: Code
    package let message: String

    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    package var description: String { "\(code): \(message)" }
}
