/// Percent-encoding of URI parts (RFC 3986 section 2.1).
package enum PercentCoding {
    /// The text with every `%XX` replaced; nil when an escape is cut off or not hexadecimal, or the result is not UTF-8.
    /// A plus sign stays what it is.
    package static func decode(_ text: some StringProtocol) -> String? {
        guard text.utf8.contains(ASCII.percent) else { return String(text) }
        guard let bytes = decodeBytes(text.utf8) else { return nil }
        return String(validating: bytes, as: UTF8.self)
    }

    /// The text with everything escaped but the unreserved characters (letters, digits, `-._~`), so that it can stand
    /// anywhere in a path segment or a query.
    package static func encode(_ text: some StringProtocol) -> String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count)
        for byte in text.utf8 {
            if isUnreserved(byte) {
                bytes.append(byte)
            } else {
                bytes.append(ASCII.percent)
                bytes.append(hexDigit(byte >> 4))
                bytes.append(hexDigit(byte & 15))
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    static func decodeBytes(_ text: some Collection<UInt8>, plusIsSpace: Bool = false) -> [UInt8]? {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count)
        var index = text.startIndex
        while index != text.endIndex {
            let byte = text[index]
            text.formIndex(after: &index)
            if byte == ASCII.percent {
                guard index != text.endIndex, let high = ASCII.hexValue(text[index]) else { return nil }
                text.formIndex(after: &index)
                guard index != text.endIndex, let low = ASCII.hexValue(text[index]) else { return nil }
                text.formIndex(after: &index)
                bytes.append(high << 4 | low)
            } else {
                bytes.append(plusIsSpace && byte == ASCII.plus ? ASCII.space : byte)
            }
        }
        return bytes
    }

    private static func isUnreserved(_ byte: UInt8) -> Bool {
        if ASCII.isLetter(byte) || ASCII.isDigit(byte) { return true }
        return byte == ASCII.hyphen || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "_")
            || byte == UInt8(ascii: "~")
    }

    private static func hexDigit(_ value: UInt8) -> UInt8 {
        value < 10 ? 0x30 + value : 0x41 + value - 10
    }
}
