/// A dictionary that knows which entry was used longest ago: a hash table over a doubly linked list in an array.
///
/// All operations take constant time. Entries have a weight, so that a bound can be put on bytes.
struct RecencyTable<Value> {
    private struct Slot {
        var key: String
        var value: Value
        var weight: Int
        var newer: Int
        var older: Int
    }

    private static var none: Int { -1 }

    private var index: [String: Int] = [:]
    private var slots: [Slot?] = []
    private var free: [Int] = []
    private var newest = none
    private var oldest = none
    private(set) var weight = 0

    var count: Int { index.count }

    /// The value, without counting as a use.
    func peek(_ key: String) -> Value? {
        index[key].flatMap { slots[$0]?.value }
    }

    /// The value; counts as a use.
    mutating func use(_ key: String) -> Value? {
        guard let position = index[key] else { return nil }
        unlink(position)
        linkAsNewest(position)
        return slots[position]?.value
    }

    /// Adds or replaces; counts as a use.
    mutating func set(_ key: String, _ value: Value, weight: Int) {
        remove(key)
        let slot = Slot(key: key, value: value, weight: weight, newer: Self.none, older: Self.none)
        let position: Int
        if let reused = free.popLast() {
            position = reused
            slots[position] = slot
        } else {
            position = slots.count
            slots.append(slot)
        }
        index[key] = position
        self.weight += weight
        linkAsNewest(position)
    }

    @discardableResult
    mutating func remove(_ key: String) -> Value? {
        guard let position = index.removeValue(forKey: key), let slot = slots[position] else { return nil }
        unlink(position)
        slots[position] = nil
        free.append(position)
        weight -= slot.weight
        return slot.value
    }

    /// Removes the entry that was used longest ago.
    @discardableResult
    mutating func removeOldest() -> Value? {
        guard oldest != Self.none, let key = slots[oldest]?.key else { return nil }
        return remove(key)
    }

    private mutating func linkAsNewest(_ position: Int) {
        slots[position]?.newer = Self.none
        slots[position]?.older = newest
        if newest != Self.none { slots[newest]?.newer = position }
        newest = position
        if oldest == Self.none { oldest = position }
    }

    private mutating func unlink(_ position: Int) {
        guard let slot = slots[position] else { return }
        if slot.newer != Self.none { slots[slot.newer]?.older = slot.older } else { newest = slot.older }
        if slot.older != Self.none { slots[slot.older]?.newer = slot.newer } else { oldest = slot.newer }
    }
}
