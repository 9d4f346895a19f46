@_spi(_Unicode) import Swift

/// Finds the terms of a text for searching by words.
///
/// A term is a run of letters and digits: folded (small letters without marks, ligatures taken apart), without its
/// English ending, stop words left out. `COVID-19` gives `covid`, `19` and, as it may be written so elsewhere,
/// `covid19`; `1,000` gives `1000`. Scripts that are written without spaces give pairs of neighbouring characters.
struct TermScanner {
    /// The longest term in bytes; of a longer run only the beginning counts.
    static let termBytesMax = 48

    /// Whether words such as *the* and *which* are terms, too.
    private let keepsStopWords: Bool
    /// The letters that wanted terms begin with, or nil when all are wanted. Endings go, beginnings stay: so a word is
    /// passed over before the work of taking its ending off.
    private let firstLetters: Set<UInt8>?

    private var stemmer = EnglishStemmer()
    private var folded: [UInt8] = []
    /// The parts of a word with hyphens so far, as they are before stemming.
    private var joined: [UInt8] = []
    private var joinedStart: Int?
    private var joinedParts = 0

    init(keepsStopWords: Bool = false, firstLetters: Set<UInt8>? = nil) {
        self.keepsStopWords = keepsStopWords
        self.firstLetters = firstLetters
    }

    /// Calls `body` with each term and where it stands, in order.
    mutating func scan(_ range: Range<Int>, of bytes: [UInt8], _ body: (_ term: [UInt8], _ place: Range<Int>) -> Void) {
        var index = range.lowerBound
        while index < range.upperBound {
            let start = index
            let ideographs = readRun(from: &index, before: range.upperBound, of: bytes)
            guard index > start else {
                index += UTF8Text.scalar(in: bytes, at: index).length
                continue
            }
            if ideographs {
                emitPairs(start..<index, of: bytes, body)
                continue
            }
            let goesOn = Self.joins(at: index, before: range.upperBound, of: bytes)
            join(start..<index, goesOn: goesOn != nil, body)
            emit(start..<index, body)
            if let goesOn { index = goesOn }
        }
    }

    // MARK: Runs

    /// Reads a run of letters and digits of one kind into `folded` and moves on behind it.
    /// - Returns: whether it is of a script without spaces.
    private mutating func readRun(from index: inout Int, before limit: Int, of bytes: [UInt8]) -> Bool {
        folded.removeAll(keepingCapacity: true)
        let start = index
        while index < limit {
            let byte = bytes[index]
            if byte < 0x80 {
                if UTF8Text.isLetter(byte) || UTF8Text.isDigit(byte) {
                    append(byte | (UTF8Text.isUpper(byte) ? 0x20 : 0))
                } else if !isInsideNumber(at: index, from: start, before: limit, of: bytes) {
                    return false
                } else if byte == .fullStop {
                    append(byte)
                }
                index += 1
                continue
            }
            let (scalar, length) = UTF8Text.scalar(in: bytes, at: index)
            if Script.isWithoutSpaces(scalar) {
                if index > start { return false }
                while index < limit {
                    let (next, length) = UTF8Text.scalar(in: bytes, at: index)
                    guard Script.isWithoutSpaces(next) else { break }
                    index += length
                }
                return true
            }
            guard Script.isPartOfWord(scalar) else { return false }
            for folded in Script.folded(scalar) { append(folded) }
            index += length
        }
        return false
    }

    private mutating func append(_ byte: UInt8) {
        if folded.count < Self.termBytesMax { folded.append(byte) }
    }

    /// A point or comma between two digits belongs to a number.
    private func isInsideNumber(at index: Int, from start: Int, before limit: Int, of bytes: [UInt8]) -> Bool {
        guard bytes[index] == .fullStop || bytes[index] == .comma, index > start, index + 1 < limit else {
            return false
        }
        return UTF8Text.isDigit(bytes[index - 1]) && UTF8Text.isDigit(bytes[index + 1])
    }

    /// Where the next part begins, if a hyphen or slash at `index` joins two words.
    private static func joins(at index: Int, before limit: Int, of bytes: [UInt8]) -> Int? {
        guard index + 1 < limit else { return nil }
        var next = index + 1
        if bytes[index] == 0xE2, index + 3 < limit, bytes[index + 1] == 0x80, (0x90...0x93).contains(bytes[index + 2]) {
            next = index + 3
        } else if bytes[index] != .hyphen, bytes[index] != UInt8(ascii: "/") {
            return nil
        }
        return UTF8Text.isLetter(bytes[next]) || UTF8Text.isDigit(bytes[next]) ? next : nil
    }

    // MARK: Terms

    private mutating func emit(_ place: Range<Int>, _ body: ([UInt8], Range<Int>) -> Void) {
        guard let first = folded.first, firstLetters?.contains(first) != false else { return }
        guard keepsStopWords || !StopWords.contains(folded) else { return }
        stemmer.stem(&folded)
        body(folded, place)
    }

    /// Puts the parts of `COVID-19` together, and gives the whole when its last part has come.
    private mutating func join(_ place: Range<Int>, goesOn: Bool, _ body: ([UInt8], Range<Int>) -> Void) {
        guard goesOn || joinedParts > 0 else { return }
        if joinedParts == 0 {
            joined.removeAll(keepingCapacity: true)
            joinedStart = place.lowerBound
        }
        joined.append(contentsOf: folded.prefix(Self.termBytesMax - min(joined.count, Self.termBytesMax)))
        joinedParts += 1
        guard !goesOn else { return }
        stemmer.stem(&joined)
        body(joined, (joinedStart ?? place.lowerBound)..<place.upperBound)
        joinedParts = 0
    }

    private func emitPairs(_ range: Range<Int>, of bytes: [UInt8], _ body: ([UInt8], Range<Int>) -> Void) {
        var first = range.lowerBound
        var second = first + UTF8Text.scalar(in: bytes, at: first).length
        if second >= range.upperBound { body(Array(bytes[range]), range) }
        while second < range.upperBound {
            let end = second + UTF8Text.scalar(in: bytes, at: second).length
            body(Array(bytes[first..<end]), first..<end)
            first = second
            second = end
        }
    }
}

/// What the scanner needs to know of characters beyond ASCII.
private enum Script {
    static func isPartOfWord(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .nonspacingMark,
            .spacingMark, .decimalNumber, .letterNumber, .otherNumber:
            true
        // The joiners that Persian and Indian scripts write inside a word.
        case .format: scalar == "\u{200C}" || scalar == "\u{200D}"
        default: false
        }
    }

    /// Han, Hiragana, Katakana, Thai, Lao, Khmer, Burmese.
    static func isWithoutSpaces(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x0E00...0x0EFF, 0x1000...0x109F, 0x1780...0x17FF, 0x3040...0x30FF, 0x3400...0x4DBF, 0x4E00...0x9FFF,
            0xF900...0xFAFF, 0x20000...0x323AF:
            true
        default: false
        }
    }

    /// The scalar in small letters, without marks, its ligature taken apart, as UTF-8.
    static func folded(_ scalar: Unicode.Scalar) -> [UInt8] {
        if let letters = ligatures[scalar] { return Array(letters.utf8) }
        var bytes: [UInt8] = []
        for part in scalar.properties.lowercaseMapping._nfd {
            switch part.properties.generalCategory {
            case .nonspacingMark, .format: continue
            default: bytes.append(contentsOf: UTF8.encode(part) ?? UTF8.encodedReplacementCharacter)
            }
        }
        return bytes
    }

    private static let ligatures: [Unicode.Scalar: String] = [
        "ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st", "ß": "ss", "ẞ": "ss",
        "æ": "ae", "Æ": "ae", "œ": "oe", "Œ": "oe", "ø": "o", "Ø": "o", "đ": "d", "Đ": "d", "ł": "l", "Ł": "l",
        "ı": "i", "µ": "μ", "⁰": "0", "¹": "1", "²": "2", "³": "3", "⁴": "4", "⁵": "5", "⁶": "6", "⁷": "7", "⁸": "8",
        "⁹": "9", "₀": "0", "₁": "1", "₂": "2", "₃": "3", "₄": "4", "₅": "5", "₆": "6", "₇": "7", "₈": "8", "₉": "9",
    ]
}
