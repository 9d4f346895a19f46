extension JSONValue {
    /// The value as a compact JSON text in UTF-8.
    package func serialized() -> [UInt8] {
        var bytes: [UInt8] = []
        serialize(into: &bytes)
        return bytes
    }

    /// The value as a compact JSON text.
    package var text: String { String(decoding: serialized(), as: UTF8.self) }

    /// Appends the value as a compact JSON text. A number that is not finite, which JSON cannot say, becomes null.
    package func serialize(into bytes: inout [UInt8]) {
        switch self {
        case .null: bytes.append(contentsOf: "null".utf8)
        case .bool(let flag): bytes.append(contentsOf: (flag ? "true" : "false").utf8)
        case .integer(let number): bytes.append(contentsOf: String(number).utf8)
        // Swift writes the shortest digits that read back as the same number, in a form that JSON knows.
        case .number(let number): bytes.append(contentsOf: (number.isFinite ? "\(number)" : "null").utf8)
        case .string(let text): JSONValue.serialize(text, into: &bytes)
        case .array(let elements):
            bytes.append(UInt8(ascii: "["))
            for (index, element) in elements.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                element.serialize(into: &bytes)
            }
            bytes.append(UInt8(ascii: "]"))
        case .object(let object):
            bytes.append(UInt8(ascii: "{"))
            var isFirst = true
            object.forEach { name, value in
                if !isFirst { bytes.append(UInt8(ascii: ",")) }
                isFirst = false
                JSONValue.serialize(name, into: &bytes)
                bytes.append(UInt8(ascii: ":"))
                value.serialize(into: &bytes)
            }
            bytes.append(UInt8(ascii: "}"))
        }
    }

    private static func serialize(_ text: String, into bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "\""))
        var text = text
        text.withUTF8 { utf8 in
            var start = 0
            for index in 0..<utf8.count {
                let byte = utf8[index]
                // U+2028 and U+2029 (E2 80 A8/A9) end lines in JavaScript and for some log readers.
                let isSeparator =
                    byte == 0xe2 && index + 2 < utf8.count && utf8[index + 1] == 0x80
                    && utf8[index + 2] & 0xfe == 0xa8
                guard byte < 0x20 || byte == 0x22 || byte == 0x5c || isSeparator else { continue }
                bytes.append(contentsOf: utf8[start..<index])
                start = index + 1
                if isSeparator {
                    bytes.append(contentsOf: (utf8[index + 2] == 0xa8 ? "\\u2028" : "\\u2029").utf8)
                    start = index + 3
                } else {
                    appendEscape(of: byte, to: &bytes)
                }
            }
            bytes.append(contentsOf: utf8[start...])
        }
        bytes.append(UInt8(ascii: "\""))
    }

    private static func appendEscape(of byte: UInt8, to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "\\"))
        switch byte {
        case 0x22, 0x5c: bytes.append(byte)
        case 0x0a: bytes.append(UInt8(ascii: "n"))
        case 0x0d: bytes.append(UInt8(ascii: "r"))
        case 0x09: bytes.append(UInt8(ascii: "t"))
        default:
            let digits = Array("0123456789abcdef".utf8)
            bytes.append(contentsOf: "u00".utf8)
            bytes.append(digits[Int(byte >> 4)])
            bytes.append(digits[Int(byte & 15)])
        }
    }
}

extension JSONValue: CustomStringConvertible {
    package var description: String { text }
}
