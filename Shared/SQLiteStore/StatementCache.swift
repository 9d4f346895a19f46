/// Prepared statements by text, the least recently used thrown out.
///
/// A statement is taken out while it runs, so that a query may run again inside its own loop.
struct StatementCache {
    private let capacity: Int
    private var entries: [String: (statement: SQLiteStatement, lastUse: UInt64)] = [:]
    private var clock: UInt64 = 0

    init(capacity: Int) {
        self.capacity = capacity
    }

    mutating func take(_ text: String) -> SQLiteStatement? {
        entries.removeValue(forKey: text)?.statement
    }

    mutating func put(_ statement: SQLiteStatement) {
        clock += 1
        if entries.count >= capacity, let oldest = entries.min(by: { $0.value.lastUse < $1.value.lastUse }) {
            entries.removeValue(forKey: oldest.key)
        }
        entries[statement.text] = (statement, clock)
    }

    mutating func removeAll() {
        entries.removeAll()
    }
}
