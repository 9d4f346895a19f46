/// The text of a paragraph as it is shaped: white space made single, controls left out, line feeds kept.
struct CleanText {
    /// Where the text of a run begins.
    struct Span: Hashable {
        var start: Int
        /// Index into the runs of the source.
        var run: Int
    }

    /// UTF-8.
    private(set) var bytes: [UInt8] = []
    /// In order, the first at 0; empty without runs.
    private(set) var spans: [Span] = []
    /// Whether the text is of scripts that ``PlainShaper`` may set.
    private(set) var isPlain = true
    /// The language that its characters betray: Kana are Japanese, Hangul is Korean, Bopomofo is Taiwan's.
    private(set) var variant: CJKVariant?

    private var endsWithSpace = true

    init(_ text: InlineText) {
        bytes.reserveCapacity(text.runs.reduce(0) { $0 + $1.text.utf8.count })
        for (index, run) in text.runs.enumerated() {
            spans.append(Span(start: bytes.count, run: index))
            append(run.text)
        }
        while bytes.last == 0x20 { bytes.removeLast() }
        // A run that was nothing but the space that is gone now has no place in the text.
        let count = bytes.count
        spans = spans.enumerated().filter { $0.offset == 0 || $0.element.start < count }.map(\.element)
    }

    private mutating func append(_ text: String) {
        var text = text
        text.withUTF8 { source in
            var index = 0
            while index < source.count {
                let byte = source[index]
                if byte > 0x20, byte < 0x7F {
                    bytes.append(byte)
                    endsWithSpace = false
                    index += 1
                } else if byte < 0x80 {
                    appendControl(byte)
                    index += 1
                } else {
                    let length = byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : 2
                    // Strings are valid UTF-8; the bound is for certainty.
                    let end = min(index + length, source.count)
                    appendScalar(source[index..<end], first: byte, length: length)
                    index = end
                }
            }
        }
    }

    private mutating func appendControl(_ byte: UInt8) {
        switch byte {
        case 0x0A:
            while bytes.last == 0x20 { bytes.removeLast() }
            bytes.append(0x0A)
            endsWithSpace = true
        case 0x09, 0x0B, 0x0C, 0x0D, 0x20:
            if !endsWithSpace { bytes.append(0x20) }
            endsWithSpace = true
        default:
            break
        }
    }

    private mutating func appendScalar(_ source: Slice<UnsafeBufferPointer<UInt8>>, first: UInt8, length: Int) {
        var value = UInt32(first) & (0xFF >> UInt32(length + 1))
        for byte in source.dropFirst() { value = value << 6 | UInt32(byte & 0x3F) }
        switch value {
        case 0x80...0x9F, 0xFEFF, 0xFFF0...0xFFFB:
            return
        case 0x85, 0x2028, 0x2029:
            return appendControl(0x0A)
        case 0xFDD0...0xFDEF:
            appendReplacement()
        case _ where value & 0xFFFE == 0xFFFE:
            appendReplacement()
        default:
            bytes.append(contentsOf: source)
            if !Self.isPlain(value) { note(value) }
        }
        endsWithSpace = false
    }

    /// U+FFFD, for what is no character.
    private mutating func appendReplacement() {
        bytes.append(contentsOf: [0xEF, 0xBF, 0xBD])
        isPlain = false
    }

    private mutating func note(_ value: UInt32) {
        isPlain = false
        switch value {
        case 0x3040...0x30FF, 0x31F0...0x31FF, 0xFF66...0xFF9F: variant = .japanese
        case 0x1100...0x11FF, 0x3130...0x318F, 0xAC00...0xD7FF: variant = variant ?? .korean
        case 0x3100...0x312F: variant = variant ?? .traditionalChinese
        default: break
        }
    }

    /// Characters of Latin, Greek and Cyrillic text that stand one after another from left to right, whose lines break at
    /// spaces and after hyphens, and which no neighbour turns into a picture.
    private static func isPlain(_ value: UInt32) -> Bool {
        switch value {
        case 0xAD: false  // soft hyphen
        case 0xA0...0x482, 0x48A...0x52F: true
        case 0x1E00...0x1FFF: true
        case 0x2010...0x2027, 0x2030...0x205E, 0x20A0...0x20BF: true
        case 0x2116, 0x2122: true
        default: false
        }
    }
}

extension CleanText {
    /// A text on one line, for where there is no other: metadata and the outline.
    static func line(_ text: String) -> String {
        String(decoding: CleanText(InlineText(text)).bytes.map { $0 == 0x0A ? 0x20 : $0 }, as: UTF8.self)
    }
}
