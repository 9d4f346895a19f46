/// Cuts text into the word pieces of an uncased BERT model.
///
/// As the reference does it: control characters fall away, CJK characters stand alone, letters are decomposed (NFD),
/// lose their marks and become small, punctuation stands alone, and each word is cut greedily into the longest pieces
/// of the vocabulary, or is `[UNK]` as a whole. Unlike there, a text that contains `[SEP]` and the like means these
/// letters: what a user writes never becomes a control piece.
struct WordPieceTokenizer: Sendable {
    /// A word of more scalars is `[UNK]`, as in the reference.
    static let wordScalarsMax = 100

    let vocabulary: Vocabulary

    /// The pieces of a text without `[CLS]` and `[SEP]`, and for each whether it begins a word.
    func pieces(of text: String) -> (numbers: [Int32], beginnings: [Bool]) {
        var words = WordCutter(tokenizer: self)
        var text = text
        text.withUTF8 { utf8 in
            if utf8.allSatisfy({ $0 < 0x80 }) {
                for byte in utf8 { words.appendASCII(byte) }
            } else {
                let decoded = String(decoding: utf8, as: UTF8.self)
                words.append(contentsOf: decoded)
            }
        }
        words.endWord()
        return (words.numbers, words.beginnings)
    }

    /// The pieces of one word, which must be normalised.
    fileprivate func appendPieces(of word: [UInt8], scalarCount: Int, to numbers: inout [Int32]) {
        guard scalarCount <= Self.wordScalarsMax else {
            numbers.append(vocabulary.unknown)
            return
        }
        let first = numbers.count
        var start = 0
        var hashes: [UInt32] = []
        while start < word.count {
            // One pass for the hashes of all beginnings, then from the longest to the shortest.
            hashes.removeAll(keepingCapacity: true)
            var hash = Vocabulary.seed
            for byte in word[start...] {
                hash = Vocabulary.mix(hash, byte)
                hashes.append(hash)
            }
            var end = word.count
            var found: Int32?
            while end > start {
                // A piece ends where a scalar ends.
                if end == word.count || word[end] & 0xC0 != 0x80 {
                    found = vocabulary.number(
                        of: word[start..<end], hash: hashes[end - start - 1], beginsWord: start == 0)
                    if found != nil { break }
                }
                end -= 1
            }
            guard let found else {
                numbers.removeSubrange(first...)
                numbers.append(vocabulary.unknown)
                return
            }
            numbers.append(found)
            start = end
        }
    }
}

/// Takes normalised characters, gathers words and cuts them.
private struct WordCutter {
    let tokenizer: WordPieceTokenizer
    var numbers: [Int32] = []
    var beginnings: [Bool] = []
    private var word: [UInt8] = []
    private var scalarCount = 0

    init(tokenizer: WordPieceTokenizer) {
        self.tokenizer = tokenizer
    }

    mutating func appendASCII(_ byte: UInt8) {
        switch byte {
        case 0x61...0x7A, 0x30...0x39: push(byte)
        case 0x41...0x5A: push(byte | 0x20)
        case 0x20, 0x09, 0x0A, 0x0D: endWord()
        case 0..<0x20, 0x7F: break
        default:
            endWord()
            push(byte)
            endWord()
        }
    }

    mutating func append(contentsOf text: String) {
        for scalar in CharacterRules.decomposed(CharacterRules.cleaned(text)) {
            if scalar.isASCII {
                appendASCII(UInt8(truncatingIfNeeded: scalar.value))
            } else if !CharacterRules.isNonspacingMark(scalar) {
                appendLowered(scalar)
            }
        }
    }

    private mutating func appendLowered(_ scalar: Unicode.Scalar) {
        for lowered in scalar.properties.lowercaseMapping.unicodeScalars {
            let standsAlone = CharacterRules.isPunctuation(lowered)
            if standsAlone || CharacterRules.isSpace(lowered) { endWord() }
            guard !CharacterRules.isSpace(lowered) else { continue }
            for byte in UTF8.encode(lowered) ?? UTF8.encodedReplacementCharacter { word.append(byte) }
            scalarCount += 1
            if standsAlone { endWord() }
        }
    }

    private mutating func push(_ byte: UInt8) {
        word.append(byte)
        scalarCount += 1
    }

    mutating func endWord() {
        guard !word.isEmpty else { return }
        let first = numbers.count
        tokenizer.appendPieces(of: word, scalarCount: scalarCount, to: &numbers)
        for index in first..<numbers.count { beginnings.append(index == first) }
        word.removeAll(keepingCapacity: true)
        scalarCount = 0
    }
}
