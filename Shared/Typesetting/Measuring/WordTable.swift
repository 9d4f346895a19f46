internal import CPangoCairo

/// The shapes of words that were set before. Text is made of few different words: the second time a word comes, shaping
/// it is one look into a table.
struct WordTable {
    struct Word {
        var key: Range<Int>
        fileprivate var face: Int32
        var glyphs: Range<Int>
        var clusters: Range<Int>
        var width: Float
    }

    /// Beyond, the table begins anew with the next paragraph.
    static let wordsMax = 30_000
    /// Longer ones are taken in pieces, in bytes.
    static let lengthMax = 48

    private(set) var words: [Word] = []
    private(set) var glyphs: [lectern_glyph] = []
    private(set) var clusters: [lectern_cluster] = []
    /// The texts of the words.
    private(set) var keys: [UInt8] = []
    /// Indices into `words`, or -1; as many as a power of two, or none yet.
    private var slots: [Int32] = []

    var isFull: Bool { words.count >= Self.wordsMax }

    /// The number of a word, shaped now if it was not there. Nil when the face cannot show all of it.
    mutating func number(
        of word: UnsafeBufferPointer<UInt8>, face: Int32, fonts: OpaquePointer
    ) -> Int? {
        if words.count * 2 >= slots.count { grow() }
        var slot = Self.hash(word, face) & (slots.count - 1)
        while slots[slot] >= 0 {
            let found = words[Int(slots[slot])]
            if found.face == face, found.key.count == word.count, isEqual(found.key, word) {
                return found.glyphs.isEmpty ? nil : Int(slots[slot])
            }
            slot = (slot + 1) & (slots.count - 1)
        }
        insert(word, face: face, fonts: fonts)
        slots[slot] = Int32(words.count - 1)
        return words[words.count - 1].glyphs.isEmpty ? nil : words.count - 1
    }

    private func isEqual(_ key: Range<Int>, _ word: UnsafeBufferPointer<UInt8>) -> Bool {
        for (index, byte) in zip(key, word) where keys[index] != byte { return false }
        return true
    }

    /// A word that the face cannot show is kept without glyphs.
    private mutating func insert(_ word: UnsafeBufferPointer<UInt8>, face: Int32, fonts: OpaquePointer) {
        var shape = lectern_shape()
        var made = Word(
            key: keys.count..<keys.count + word.count, face: face, glyphs: glyphs.count..<glyphs.count,
            clusters: clusters.count..<clusters.count, width: 0)
        keys.append(contentsOf: word)
        let isShaped = word.withMemoryRebound(to: CChar.self) { text in
            lectern_shape_word(fonts, face, text.baseAddress, text.count, &shape)
        }
        if isShaped, shape.byte_count == word.count, shape.run_count == 1 {
            let shown = UnsafeBufferPointer(start: shape.glyphs, count: shape.glyph_count)
            if shown.allSatisfy({ $0.id != 0 }) {
                glyphs.append(contentsOf: shown)
                clusters.append(contentsOf: UnsafeBufferPointer(start: shape.clusters, count: shape.cluster_count))
                made.glyphs = made.glyphs.lowerBound..<glyphs.count
                made.clusters = made.clusters.lowerBound..<clusters.count
                made.width = shape.runs[0].width
            }
        }
        words.append(made)
    }

    private mutating func grow() {
        slots = [Int32](repeating: -1, count: max(slots.count * 2, 1 << 10))
        for (index, word) in words.enumerated() {
            var slot = keys[word.key].withUnsafeBufferPointer { Self.hash($0, word.face) } & (slots.count - 1)
            while slots[slot] >= 0 { slot = (slot + 1) & (slots.count - 1) }
            slots[slot] = Int32(index)
        }
    }

    /// FNV-1a. Whoever finds words that collide makes a slower report, of at most ``wordsMax`` words.
    private static func hash(_ word: UnsafeBufferPointer<UInt8>, _ face: Int32) -> Int {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325 ^ UInt64(truncatingIfNeeded: face)
        for byte in word { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        return Int(truncatingIfNeeded: (hash ^ hash >> 29) & 0x7FFF_FFFF)
    }
}
