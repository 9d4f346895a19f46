/// Classes of ASCII bytes as the HTTP grammars use them, by bit sets and word-wide tests: they run over every byte of every
/// request.
enum ASCII {
    static let tab: UInt8 = 0x09
    static let lineFeed: UInt8 = 0x0A
    static let carriageReturn: UInt8 = 0x0D
    static let space: UInt8 = 0x20
    static let quote: UInt8 = 0x22
    static let percent: UInt8 = 0x25
    static let ampersand: UInt8 = 0x26
    static let plus: UInt8 = 0x2B
    static let comma: UInt8 = 0x2C
    static let hyphen: UInt8 = 0x2D
    static let slash: UInt8 = 0x2F
    static let zero: UInt8 = 0x30
    static let colon: UInt8 = 0x3A
    static let semicolon: UInt8 = 0x3B
    static let equals: UInt8 = 0x3D
    static let questionMark: UInt8 = 0x3F
    static let backslash: UInt8 = 0x5C
    static let lowercaseA: UInt8 = 0x61

    /// `tchar` of RFC 9110 section 5.6.2.
    @inline(__always)
    static func isTokenByte(_ byte: UInt8) -> Bool {
        // Bit n of the first word is byte n, of the second byte n + 64.
        let low: UInt64 = 0x03FF_6CFA_0000_0000
        let high: UInt64 = 0x57FF_FFFF_C7FF_FFFE
        if byte < 64 { return (low >> UInt64(byte)) & 1 == 1 }
        return byte < 128 && (high >> UInt64(byte & 63)) & 1 == 1
    }

    @inline(__always)
    static func isDigit(_ byte: UInt8) -> Bool { byte &- 0x30 < 10 }

    @inline(__always)
    static func isLetter(_ byte: UInt8) -> Bool { (byte | 0x20) &- 0x61 < 26 }

    @inline(__always)
    static func isBlank(_ byte: UInt8) -> Bool { byte == space || byte == tab }

    @inline(__always)
    static func lowercased(_ byte: UInt8) -> UInt8 { byte &- 0x41 < 26 ? byte | 0x20 : byte }

    /// The value of a hexadecimal digit in either case.
    @inline(__always)
    static func hexValue(_ byte: UInt8) -> UInt8? {
        if isDigit(byte) { return byte &- 0x30 }
        let letter = (byte | 0x20) &- 0x61
        return letter < 6 ? letter + 10 : nil
    }

    /// What bytes that may stand in a field value consist of.
    enum FieldContent {
        /// Visible ASCII, blanks.
        case ascii
        /// Also bytes above 0x7F (`obs-text`).
        case extended
        /// Control characters other than tab: not a field value (RFC 9110 section 5.5).
        case forbidden
    }

    /// Looks at eight bytes at once: this runs over most bytes of every head.
    static func fieldContent(_ bytes: UnsafeRawBufferPointer) -> FieldContent {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let tops: UInt64 = 0x8080_8080_8080_8080
        var seen: UInt64 = 0
        var index = 0
        while index + 8 <= bytes.count {
            let word = bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self)
            let deletes = word ^ (ones &* 0x7F)
            // The classic tests for "some byte below 0x20" and "some byte zero"; both may only err by reporting too much.
            let suspicious = ((word &- ones &* 0x20) & ~word) | ((deletes &- ones) & ~deletes)
            if suspicious & tops != 0 {
                for byte in bytes[index..<index + 8] where !isFieldByte(byte) { return .forbidden }
            }
            seen |= word
            index += 8
        }
        while index < bytes.count {
            if !isFieldByte(bytes[index]) { return .forbidden }
            seen |= UInt64(bytes[index])
            index += 1
        }
        return seen & tops == 0 ? .ascii : .extended
    }

    static func isFieldContent(_ bytes: UnsafeRawBufferPointer) -> Bool {
        fieldContent(bytes) != .forbidden
    }

    @inline(__always)
    static func isFieldByte(_ byte: UInt8) -> Bool {
        byte >= 0x20 ? byte != 0x7F : byte == tab
    }

    static func equalIgnoringCase(_ left: String, _ right: String) -> Bool {
        let left = left.utf8
        let right = right.utf8
        return left.count == right.count && zip(left, right).allSatisfy { lowercased($0) == lowercased($1) }
    }

    /// Whether the bytes are the given word (in lower case) in any case.
    @inline(__always)
    static func equals(_ bytes: some Collection<UInt8>, lowercase word: StaticString) -> Bool {
        guard bytes.count == word.utf8CodeUnitCount else { return false }
        var letter = word.utf8Start
        for byte in bytes {
            if lowercased(byte) != letter.pointee { return false }
            letter += 1
        }
        return true
    }

    /// The bytes without blanks at either end.
    @inline(__always)
    static func trimmed(_ bytes: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        var start = 0
        var end = bytes.count
        while start < end, isBlank(bytes[start]) { start += 1 }
        while end > start, isBlank(bytes[end - 1]) { end -= 1 }
        return UnsafeRawBufferPointer(rebasing: bytes[start..<end])
    }
}

extension String {
    /// Text from bytes known to be ASCII. The plain buffer takes the standard library's shortest way.
    @inline(__always)
    init(ascii bytes: UnsafeRawBufferPointer) {
        self = bytes.withMemoryRebound(to: UInt8.self) { String(decoding: $0, as: UTF8.self) }
    }
}

extension Substring {
    /// The text without blanks at either end.
    var trimmingBlanks: Substring {
        var rest = self
        while let first = rest.utf8.first, ASCII.isBlank(first) { rest = rest.dropFirst() }
        while let last = rest.utf8.last, ASCII.isBlank(last) { rest = rest.dropLast() }
        return rest
    }
}
