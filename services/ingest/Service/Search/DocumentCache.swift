import Retrieval

/// Documents ready for searching, the least recently used given up first when they take more memory than allowed.
///
/// A value without locks: its owner is an actor.
struct DocumentCache {
    struct Key: Hashable {
        let lectureID: String
        /// A document is never served for another version of the lecture than it was made from.
        let contentVersion: Int64
    }

    private struct Entry {
        let version: Int64
        let document: IndexedDocument
        let bytes: Int
        var lastUse: UInt64
    }

    let bytesMax: Int
    private(set) var bytes = 0
    private var entries: [String: Entry] = [:]
    private var clock: UInt64 = 0

    init(bytesMax: Int) {
        self.bytesMax = bytesMax
    }

    var count: Int { entries.count }

    func contains(_ lectureID: String) -> Bool { entries[lectureID] != nil }

    mutating func document(_ key: Key) -> IndexedDocument? {
        guard let entry = entries[key.lectureID], entry.version == key.contentVersion else { return nil }
        clock += 1
        entries[key.lectureID]?.lastUse = clock
        return entry.document
    }

    /// Notes a use of a document that was reached in another way.
    mutating func touch(_ lectureID: String) {
        clock += 1
        entries[lectureID]?.lastUse = clock
    }

    /// Keeps a document; in place of an older version of the same lecture, never of a newer one. One that is larger than
    /// the whole cache is not kept.
    /// - Returns: the lectures whose documents were given up for it, its own older one among them.
    mutating func insert(_ document: IndexedDocument, _ key: Key, bytes size: Int) -> [String] {
        if let present = entries[key.lectureID], present.version > key.contentVersion { return [] }
        var gone: [String] = contains(key.lectureID) ? [key.lectureID] : []
        remove(key.lectureID)
        guard size <= bytesMax else { return gone }
        while bytes + size > bytesMax, let oldest = entries.min(by: { $0.value.lastUse < $1.value.lastUse }) {
            remove(oldest.key)
            gone.append(oldest.key)
        }
        clock += 1
        entries[key.lectureID] = Entry(version: key.contentVersion, document: document, bytes: size, lastUse: clock)
        bytes += size
        return gone
    }

    mutating func remove(_ lectureID: String) {
        if let entry = entries.removeValue(forKey: lectureID) { bytes -= entry.bytes }
    }
}
