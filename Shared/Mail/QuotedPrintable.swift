import Platform

/// Text for bodies that any server passes on unchanged (RFC 2045 section 6.7): lines of at most 76 visible characters.
enum QuotedPrintable {
    private static let lineLengthMax = 76

    /// - Parameter text: With lines ended by CRLF.
    static func encode(_ text: [UInt8]) -> [UInt8] {
        var encoder = Encoder()
        encoder.result.reserveCapacity(text.count + text.count / 8)
        var index = 0
        while index < text.count {
            let byte = text[index]
            if byte == 0x0D, index + 1 < text.count, text[index + 1] == 0x0A {
                encoder.breakLine()
                index += 2
                continue
            }
            let isLineEnd = index + 1 == text.count || text[index + 1] == 0x0D
            // A dot alone ends the message in SMTP, and some programs change "From " at a line's start: better escaped.
            let isRisky =
                encoder.column == 0
                && (byte == UInt8(ascii: ".") || text[index...].starts(with: "From ".utf8))
            let isPlain =
                byte == 0x20 || byte == 0x09 ? !isLineEnd : (33...126).contains(byte) && byte != 61 && !isRisky
            encoder.put(byte, isPlain: isPlain)
            index += 1
        }
        return encoder.result
    }

    private struct Encoder {
        var result: [UInt8] = []
        var column = 0

        mutating func put(_ byte: UInt8, isPlain: Bool) {
            let size = isPlain ? 1 : 3
            // One place stays free for the "=" of a soft line break.
            if column + size > lineLengthMax - 1 {
                result += [UInt8(ascii: "="), 0x0D, 0x0A]
                column = 0
            }
            if isPlain {
                result.append(byte)
            } else {
                result += [UInt8(ascii: "="), upperHex(byte >> 4), upperHex(byte & 15)]
            }
            column += size
        }

        mutating func breakLine() {
            result += [0x0D, 0x0A]
            column = 0
        }
    }

    /// `=` and two upper-case digits.
    static func escape(_ byte: UInt8) -> String {
        String(decoding: [UInt8(ascii: "="), upperHex(byte >> 4), upperHex(byte & 15)], as: UTF8.self)
    }

    static func upperHex(_ nibble: UInt8) -> UInt8 {
        nibble < 10 ? UInt8(ascii: "0") + nibble : UInt8(ascii: "A") + nibble - 10
    }
}

/// Base64 in lines (RFC 2045 section 6.8).
enum Base64Lines {
    private static let lineLength = 76

    static func encode(_ bytes: [UInt8]) -> [UInt8] {
        let text = Array(Base64.encode(bytes).utf8)
        var result: [UInt8] = []
        result.reserveCapacity(text.count + text.count / lineLength * 2 + 2)
        var start = 0
        while start < text.count {
            let end = min(start + lineLength, text.count)
            result += text[start..<end]
            result += [0x0D, 0x0A]
            start = end
        }
        return result
    }
}
