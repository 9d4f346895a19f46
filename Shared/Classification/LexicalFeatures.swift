/// The words and parts of words of a text, as features that need no dictionary of any language.
///
/// Words, pairs of neighbouring words, and runs of four characters within a word: the runs make `charged`, `charges` and a
/// mistyped `chargd` alike, and stand in for words where a script has no blanks. A feature is the hash of its text (FNV-1a, 64 bits).
struct LexicalFeatures: Sendable {
    /// Of a longer text only the beginning counts, in words.
    static let wordsMax = 400
    static let runLength = 4

    /// The words of the text in small letters.
    let words: [String]
    let counts: SparseVector

    init(_ text: String) {
        let words = Self.words(of: text)
        var weights: [UInt64: Float] = [:]
        for (index, word) in words.enumerated() {
            weights[Self.feature(word), default: 0] += 1
            if index > 0 {
                weights[Self.hash([1], Array(words[index - 1].utf8) + [32] + Array(word.utf8)), default: 0] += 0.7
            }
            let padded = [Unicode.Scalar(" ")] + Array(word.unicodeScalars) + [Unicode.Scalar(" ")]
            guard padded.count > Self.runLength else { continue }
            // A long word must not count more than a short one only because it has more runs.
            let share = 1 / Float(padded.count - Self.runLength + 1).squareRoot()
            for start in 0...(padded.count - Self.runLength) {
                var run = String.UnicodeScalarView()
                run.append(contentsOf: padded[start..<(start + Self.runLength)])
                weights[Self.hash([2], Array(String(run).utf8)), default: 0] += share
            }
        }
        self.words = words
        // Saying a word four times says it twice as strongly.
        counts = SparseVector(weights.mapValues { $0.squareRoot() })
    }

    /// The feature of a whole word.
    static func feature(_ word: String) -> UInt64 { hash([0], Array(word.utf8)) }

    private static func words(of text: String) -> [String] {
        var words: [String] = []
        var word = String.UnicodeScalarView()
        func close() {
            if !word.isEmpty { words.append(String(word)) }
            word = String.UnicodeScalarView()
        }
        for scalar in text.lowercased().unicodeScalars {
            if words.count >= wordsMax { break }
            switch scalar {
            // Kept inside a word, so that don't stays apart from do.
            case "'", "’": continue
            default: if isPartOfWord(scalar) { word.append(scalar) } else { close() }
            }
        }
        close()
        return words
    }

    private static func isPartOfWord(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x30...0x39, 0x61...0x7A: return true
        case 0..<0x80: return false
        default:
            let properties = scalar.properties
            return properties.isAlphabetic || properties.numericType != nil
                || properties.generalCategory == .nonspacingMark || properties.generalCategory == .spacingMark
        }
    }

    private static func hash(_ kind: [UInt8], _ bytes: [UInt8]) -> UInt64 {
        (kind + bytes).reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01b3 }
    }
}
