/// Small questions about UTF-8 text that is held as bytes.
enum UTF8Text {
    /// Space, tab, line feed, vertical tab, form feed or carriage return.
    static func isSpace(_ byte: UInt8) -> Bool {
        byte == .space || (0x09...0x0D).contains(byte)
    }

    static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

    static func isUpper(_ byte: UInt8) -> Bool { (0x41...0x5A).contains(byte) }

    static func isLower(_ byte: UInt8) -> Bool { (0x61...0x7A).contains(byte) }

    static func isLetter(_ byte: UInt8) -> Bool { isUpper(byte) || isLower(byte) }

    /// Whether a scalar begins with this byte, so that a text may be cut before it.
    static func isBoundary(_ byte: UInt8) -> Bool { byte & 0xC0 != 0x80 }

    /// The scalar at an offset, which must be the beginning of one in well-formed text, and its length.
    static func scalar(in bytes: [UInt8], at offset: Int) -> (scalar: Unicode.Scalar, length: Int) {
        let first = bytes[offset]
        if first < 0x80 { return (Unicode.Scalar(first), 1) }
        let length = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4
        guard offset + length <= bytes.count else { return ("\u{FFFD}", bytes.count - offset) }
        var value = UInt32(first) & (length == 2 ? 0x1F : length == 3 ? 0x0F : 0x07)
        for index in 1..<length { value = value << 6 | UInt32(bytes[offset + index] & 0x3F) }
        return (Unicode.Scalar(value) ?? "\u{FFFD}", length)
    }

    /// The range without the white space at its ends.
    static func trimmed(_ range: Range<Int>, in bytes: [UInt8]) -> Range<Int> {
        var low = range.lowerBound
        var high = range.upperBound
        while low < high, isSpace(bytes[low]) { low += 1 }
        while high > low, isSpace(bytes[high - 1]) { high -= 1 }
        return low..<high
    }

    /// How many words (runs of anything but white space) a part has.
    static func wordCount(_ range: Range<Int>, in bytes: [UInt8]) -> Int {
        var count = 0
        var inside = false
        for index in range {
            let space = isSpace(bytes[index])
            if !space, !inside { count += 1 }
            inside = !space
        }
        return count
    }
}

extension UInt8 {
    static let space = UInt8(ascii: " ")
    static let lineFeed = UInt8(ascii: "\n")
    static let fullStop = UInt8(ascii: ".")
    static let questionMark = UInt8(ascii: "?")
    static let exclamationMark = UInt8(ascii: "!")
    static let colon = UInt8(ascii: ":")
    static let comma = UInt8(ascii: ",")
    static let hyphen = UInt8(ascii: "-")
    static let numberSign = UInt8(ascii: "#")
}
