/// A paragraph or a heading of a document.
struct TextBlock: Sendable, Hashable {
    enum Kind: Sendable, Hashable {
        case paragraph
        /// A heading with its level, from 1, and its text without marks.
        case heading(level: Int, title: String)
    }

    let kind: Kind
    /// Where it is in the text, in UTF-8 offsets, without white space at its ends.
    let range: Range<Int>

    init(kind: Kind, range: Range<Int>) {
        self.kind = kind
        self.range = range
    }

    /// A block of lines without marks: a heading when it is one short line that nothing closes, else a paragraph.
    init(paragraph range: Range<Int>, in bytes: [UInt8]) {
        self.init(kind: Self.headingKind(of: range, in: bytes) ?? .paragraph, range: range)
    }

    /// A line that is a heading by its mark: `## Title`, or `2.1 Title`.
    static func markedHeading(_ line: Range<Int>, in bytes: [UInt8]) -> Kind? {
        guard line.count <= 160 else { return nil }
        var index = line.lowerBound
        while index < line.upperBound, bytes[index] == .numberSign { index += 1 }
        let level = index - line.lowerBound
        if (1...6).contains(level), index < line.upperBound, bytes[index] == .space {
            return .heading(level: level, title: title(index..<line.upperBound, in: bytes))
        }
        return numberedHeading(line, in: bytes)
    }

    /// `2.1 Title` or `2. Title`: digits and stops, then a few words that no punctuation closes.
    private static func numberedHeading(_ line: Range<Int>, in bytes: [UInt8]) -> Kind? {
        guard UTF8Text.isDigit(bytes[line.lowerBound]), line.count <= 90 else { return nil }
        var index = line.lowerBound
        var groups = 0
        while index < line.upperBound, UTF8Text.isDigit(bytes[index]) {
            groups += 1
            var digits = 0
            while index < line.upperBound, UTF8Text.isDigit(bytes[index]) {
                digits += 1
                index += 1
            }
            guard digits <= 2 else { return nil }
            guard index < line.upperBound, bytes[index] == .fullStop else { break }
            index += 1
        }
        // A lone number could be anything; `2 Title` is not taken for a heading.
        guard groups > 1, index < line.upperBound, bytes[index] == .space else { return nil }
        let rest = UTF8Text.trimmed(index..<line.upperBound, in: bytes)
        guard looksLikeTitle(rest, in: bytes) else { return nil }
        return .heading(level: min(groups, 6), title: title(line, in: bytes))
    }

    /// A paragraph of one short line that nothing closes is a heading.
    private static func headingKind(of range: Range<Int>, in bytes: [UInt8]) -> Kind? {
        guard range.count <= 90, !bytes[range].contains(.lineFeed), looksLikeTitle(range, in: bytes) else { return nil }
        guard !ListMark.begins(at: range.lowerBound, in: bytes, before: range.upperBound) else { return nil }
        return .heading(level: 2, title: title(range, in: bytes))
    }

    private static func looksLikeTitle(_ range: Range<Int>, in bytes: [UInt8]) -> Bool {
        guard !range.isEmpty, UTF8Text.wordCount(range, in: bytes) <= 12 else { return false }
        let first = UTF8Text.scalar(in: bytes, at: range.lowerBound).scalar
        guard first.properties.isUppercase || first.properties.generalCategory == .otherLetter else { return false }
        let last = bytes[range.upperBound - 1]
        let closing: Set<UInt8> = [.fullStop, .comma, .exclamationMark, UInt8(ascii: ";"), .colon, UInt8(ascii: "=")]
        guard !closing.contains(last) else { return false }
        // Formulas, addresses and table rows are no titles.
        var letters = 0
        for index in range where UTF8Text.isLetter(bytes[index]) || bytes[index] >= 0x80 { letters += 1 }
        return letters * 3 >= range.count * 2 && !contains("://", in: range, of: bytes)
    }

    private static func contains(_ needle: StaticString, in range: Range<Int>, of bytes: [UInt8]) -> Bool {
        needle.withUTF8Buffer { needle in
            guard range.count >= needle.count else { return false }
            return (range.lowerBound...(range.upperBound - needle.count)).contains { start in
                needle.indices.allSatisfy { bytes[start + $0] == needle[$0] }
            }
        }
    }

    private static func title(_ range: Range<Int>, in bytes: [UInt8]) -> String {
        var trimmed = UTF8Text.trimmed(range, in: bytes)
        while let last = bytes[trimmed].last, last == .numberSign {
            trimmed = trimmed.lowerBound..<(trimmed.upperBound - 1)
        }
        return String(decoding: bytes[UTF8Text.trimmed(trimmed, in: bytes)], as: UTF8.self)
    }
}
