/// Base 64 (RFC 4648): the standard form with padding and the form for URLs and tokens without it.
package enum Base64 {
    /// Standard alphabet with padding (section 4).
    package static func encode(_ bytes: some Collection<UInt8>) -> String {
        encode(bytes, last: (UInt8(ascii: "+"), UInt8(ascii: "/")), isPadded: true)
    }

    /// Alphabet for URLs and file names, without padding (section 5).
    package static func encodeURL(_ bytes: some Collection<UInt8>) -> String {
        encode(bytes, last: (UInt8(ascii: "-"), UInt8(ascii: "_")), isPadded: false)
    }

    /// Reads the standard form. Strict: padding is required, spaces, line ends and stray bits are refused (nil).
    package static func decode(_ text: some StringProtocol) -> [UInt8]? {
        let bytes = Array(text.utf8)
        guard bytes.count % 4 == 0 else { return nil }
        let padding = bytes.suffix(2).reversed().prefix { $0 == UInt8(ascii: "=") }.count
        return decode(bytes.dropLast(padding), last: (UInt8(ascii: "+"), UInt8(ascii: "/")))
    }

    /// Reads the URL form without padding. Strict: padding, spaces and stray bits are refused (nil).
    package static func decodeURL(_ text: some StringProtocol) -> [UInt8]? {
        decode(Array(text.utf8)[...], last: (UInt8(ascii: "-"), UInt8(ascii: "_")))
    }

    private static func encode(
        _ bytes: some Collection<UInt8>, last: (UInt8, UInt8), isPadded: Bool
    ) -> String {
        String(unsafeUninitializedCapacity: (bytes.count + 2) / 3 * 4) { text in
            var position = 0
            var bits: UInt32 = 0
            var bitCount: UInt32 = 0
            for byte in bytes {
                bits = bits << 8 | UInt32(byte)
                bitCount += 8
                while bitCount >= 6 {
                    bitCount -= 6
                    text[position] = character(UInt8(truncatingIfNeeded: bits >> bitCount) & 0x3F, last)
                    position += 1
                }
            }
            if bitCount > 0 {
                text[position] = character(UInt8(truncatingIfNeeded: bits << (6 - bitCount)) & 0x3F, last)
                position += 1
            }
            while isPadded, position % 4 != 0 {
                text[position] = UInt8(ascii: "=")
                position += 1
            }
            return position
        }
    }

    private static func decode(_ characters: ArraySlice<UInt8>, last: (UInt8, UInt8)) -> [UInt8]? {
        guard characters.count % 4 != 1 else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(characters.count * 3 / 4)
        var bits: UInt32 = 0
        var bitCount: UInt32 = 0
        for character in characters {
            guard let value = value(of: character, last) else { return nil }
            bits = bits << 6 | UInt32(value)
            bitCount += 6
            if bitCount >= 8 {
                bitCount -= 8
                bytes.append(UInt8(truncatingIfNeeded: bits >> bitCount))
            }
        }
        // Bits that do not make a byte must be zero (section 3.5), else two texts would stand for the same bytes.
        return bits & ((1 << bitCount) - 1) == 0 ? bytes : nil
    }

    private static func character(_ value: UInt8, _ last: (UInt8, UInt8)) -> UInt8 {
        switch value {
        case 0..<26: UInt8(ascii: "A") + value
        case 26..<52: UInt8(ascii: "a") + value - 26
        case 52..<62: UInt8(ascii: "0") + value - 52
        case 62: last.0
        default: last.1
        }
    }

    private static func value(of character: UInt8, _ last: (UInt8, UInt8)) -> UInt8? {
        switch character {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): character - UInt8(ascii: "A")
        case UInt8(ascii: "a")...UInt8(ascii: "z"): character - UInt8(ascii: "a") + 26
        case UInt8(ascii: "0")...UInt8(ascii: "9"): character - UInt8(ascii: "0") + 52
        case last.0: 62
        case last.1: 63
        default: nil
        }
    }
}
