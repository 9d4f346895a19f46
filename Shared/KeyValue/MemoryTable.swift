import Platform

/// The rules of ``MemoryKeyValueStore`` for values and counters, without locks and clocks: the time is passed in.
struct MemoryTable {
    private struct Entry {
        var value: [UInt8]
        var expiry: MonotonicInstant?

        func isAlive(at now: MonotonicInstant) -> Bool {
            expiry.map { now < $0 } ?? true
        }
    }

    /// What an entry takes beside its key and value: table, list and array headers.
    private static let overheadBytes = 160

    private let limits: MemoryKeyValueLimits
    private var entries = RecencyTable<Entry>()

    init(limits: MemoryKeyValueLimits) {
        self.limits = limits
    }

    var count: Int { entries.count }
    var byteCount: Int { entries.weight }

    mutating func get(_ key: String, at now: MonotonicInstant) -> [UInt8]? {
        guard let entry = entries.use(key) else { return nil }
        guard entry.isAlive(at: now) else {
            entries.remove(key)
            return nil
        }
        return entry.value
    }

    mutating func set(
        _ key: String, _ value: [UInt8], ttl: Duration?, at now: MonotonicInstant
    ) throws(KeyValueError) {
        try set(key, value, expiry: ttl.map { now + $0 })
    }

    private mutating func set(
        _ key: String, _ value: [UInt8], expiry: MonotonicInstant?
    ) throws(KeyValueError) {
        guard key.utf8.count <= limits.keyBytesMax, value.count <= limits.valueBytesMax else {
            throw KeyValueError(.tooLarge, "a key or value is larger than allowed")
        }
        entries.set(
            key, Entry(value: value, expiry: expiry), weight: key.utf8.count + value.count + Self.overheadBytes)
        while entries.count > limits.entriesMax || entries.weight > limits.bytesMax { entries.removeOldest() }
    }

    mutating func setIfAbsent(
        _ key: String, _ value: [UInt8], ttl: Duration?, at now: MonotonicInstant
    ) throws(KeyValueError) -> Bool {
        guard get(key, at: now) == nil else { return false }
        try set(key, value, ttl: ttl, at: now)
        return true
    }

    mutating func delete(_ key: String, at now: MonotonicInstant) -> Bool {
        entries.remove(key)?.isAlive(at: now) ?? false
    }

    mutating func compareAndDelete(_ key: String, expected: [UInt8], at now: MonotonicInstant) -> Bool {
        guard get(key, at: now) == expected else { return false }
        return delete(key, at: now)
    }

    mutating func increment(
        _ key: String, by amount: Int64, ttl: Duration?, at now: MonotonicInstant
    ) throws(KeyValueError) -> Int64 {
        guard let old = get(key, at: now) else {
            try set(key, Array(String(amount).utf8), ttl: ttl, at: now)
            return amount
        }
        guard let number = Int64(String(decoding: old, as: UTF8.self)) else {
            throw KeyValueError(.notANumber, "the key holds something that is no whole number")
        }
        let (sum, overflow) = number.addingReportingOverflow(amount)
        guard !overflow else { throw KeyValueError(.notANumber, "the counter would overflow") }
        try set(key, Array(String(sum).utf8), expiry: entries.peek(key)?.expiry)
        return sum
    }
}
