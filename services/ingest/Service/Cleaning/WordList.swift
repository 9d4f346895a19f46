/// The words of a document, kept as hashes: tells whether a word mended over a line end is one the document knows.
struct WordList: Sendable {
    /// A document of more different words than this is judged by those first seen.
    static let wordsMax = 200_000

    private var hashes: Set<UInt64> = []

    /// Adds the words of a line, hyphenated ones as one word. The word at the end of a line that is cut there is left out.
    mutating func add(_ line: String) {
        for word in Self.words(of: line) where !word.hasSuffix("-") && hashes.count < Self.wordsMax {
            hashes.insert(Self.hash(word))
        }
    }

    func contains(_ word: some StringProtocol) -> Bool {
        hashes.contains(Self.hash(word))
    }

    static func words(of line: String) -> [Substring] {
        line.split { !$0.isLetter && $0 != "-" }
    }

    /// FNV-1a over the small letters: the same in every run, unlike Swift's own hash.
    private static func hash(_ word: some StringProtocol) -> UInt64 {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in word.lowercased().utf8 {
            hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3
        }
        return hash
    }
}
