import Platform

/// Text beyond ASCII in header fields (RFC 2047): UTF-8 in words of at most 75 characters, none of which parts a character.
enum EncodedWord {
    private static let lengthMax = 75
    private static let prefixLength = "=?UTF-8?B?".utf8.count + "?=".utf8.count

    /// The words of `text`, to be joined by white space, which readers drop: the spaces of the text are in the words.
    ///
    /// - Parameter used: How much of the first line is taken before the first word.
    static func encode(_ text: String, used: Int) -> [String] {
        let bytes = Array(text.utf8)
        let plain = bytes.count { isLiteral($0) || $0 == 0x20 }
        let usesQ = plain + 3 * (bytes.count - plain) <= (bytes.count + 2) / 3 * 4
        var words: [String] = []
        var room = max(lengthMax - used, 20) - prefixLength
        var chunk: [UInt8] = []
        var length = 0
        for scalar in text.unicodeScalars {
            let units = Array(UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
            let size = usesQ ? units.reduce(0) { $0 + qLength($1) } : units.count
            let isFull = usesQ ? length + size > room : (length + size + 2) / 3 * 4 > room
            if isFull, !chunk.isEmpty {
                words.append(word(chunk, usesQ))
                room = lengthMax - prefixLength
                chunk = []
                length = 0
            }
            chunk += units
            length += size
        }
        if !chunk.isEmpty { words.append(word(chunk, usesQ)) }
        return words
    }

    private static func word(_ bytes: [UInt8], _ usesQ: Bool) -> String {
        guard usesQ else { return "=?UTF-8?B?\(Base64.encode(bytes))?=" }
        var text = "=?UTF-8?Q?"
        for byte in bytes {
            if byte == 0x20 {
                text += "_"
            } else if isLiteral(byte) {
                text.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                text += QuotedPrintable.escape(byte)
            }
        }
        return text + "?="
    }

    private static func qLength(_ byte: UInt8) -> Int { isLiteral(byte) || byte == 0x20 ? 1 : 3 }

    /// What may stand for itself in every place, phrases included (RFC 2047 section 5, rule 3).
    private static func isLiteral(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "!"), UInt8(ascii: "*"), UInt8(ascii: "+"),
            UInt8(ascii: "-"), UInt8(ascii: "/"):
            true
        default: false
        }
    }
}
