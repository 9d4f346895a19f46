/// The words of a document, kept as hashes: tells whether a word mended over a line end is one the document knows.
///
/// Works on UTF-8 bytes, because every word of every page passes here: whatever is not ASCII counts as a letter, and only
/// ASCII letters lose their case.
struct WordList: Sendable {
    /// A document of more different words than this is judged by those first seen.
    static let wordsMax = 200_000

    private static let hyphen = UInt8(ascii: "-")

    private var hashes: Set<UInt64> = []

    /// Adds the words of a line, hyphenated ones as one word. A word that the end of the line cuts is left out.
    mutating func add(_ line: String) {
        guard hashes.count < Self.wordsMax else { return }
        var hash = WordHash()
        var last: UInt8 = 0
        for byte in line.utf8 {
            if Self.isPartOfWord(byte) {
                hash.add(byte)
                last = byte
            } else if !hash.isEmpty {
                if last != Self.hyphen { hashes.insert(hash.value) }
                hash = WordHash()
            }
        }
        if !hash.isEmpty, last != Self.hyphen { hashes.insert(hash.value) }
    }

    func contains(_ word: some StringProtocol) -> Bool {
        var hash = WordHash()
        for byte in word.utf8 { hash.add(byte) }
        return hashes.contains(hash.value)
    }

    private static func isPartOfWord(_ byte: UInt8) -> Bool {
        (0x61...0x7A).contains(byte | 0x20) || byte >= 0x80 || byte == hyphen
    }
}

/// FNV-1a over a word in small letters.
private struct WordHash {
    private(set) var value: UInt64 = 0xcbf2_9ce4_8422_2325
    private(set) var isEmpty = true

    mutating func add(_ byte: UInt8) {
        let small = (0x41...0x5A).contains(byte) ? byte | 0x20 : byte
        value = (value ^ UInt64(small)) &* 0x0000_0100_0000_01b3
        isEmpty = false
    }
}
