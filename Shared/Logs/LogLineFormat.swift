import JSONCoding
import Platform

/// How an entry becomes a line. Control characters and line ends in any part are escaped, so that what a client sent
/// cannot forge a line of its own.
package enum LogLineFormat: Sendable {
    /// `LEVEL - message key=value`, for the console.
    case console
    /// `time - name - LEVEL - message key=value`, for files.
    case file
    /// One JSON object per line.
    case json

    /// Appends the line for `entry`, with its line feed.
    package func append(_ entry: LogEntry, to bytes: inout [UInt8]) {
        switch self {
        case .console:
            appendText(entry, to: &bytes)
        case .file:
            bytes.append(contentsOf: entry.time.rfc3339.utf8)
            bytes.append(contentsOf: " - ".utf8)
            Self.appendEscaped(entry.name, to: &bytes)
            bytes.append(contentsOf: " - ".utf8)
            appendText(entry, to: &bytes)
        case .json:
            var object: JSONObject = [
                "time": .string(entry.time.rfc3339), "level": .string(entry.level.rawValue),
                "name": .string(entry.name), "message": .string(entry.message),
            ]
            for (key, value) in entry.metadata { object[key] = .string(value) }
            JSONValue.object(object).serialize(into: &bytes)
        }
        bytes.append(0x0a)
    }

    private func appendText(_ entry: LogEntry, to bytes: inout [UInt8]) {
        bytes.append(contentsOf: entry.level.rawValue.utf8)
        bytes.append(contentsOf: " - ".utf8)
        Self.appendEscaped(entry.message, to: &bytes)
        for (key, value) in entry.metadata {
            bytes.append(0x20)
            Self.appendEscaped(key, to: &bytes)
            bytes.append(UInt8(ascii: "="))
            let needsQuotes = value.isEmpty || value.utf8.contains { $0 == 0x20 || $0 == 0x3d || $0 == 0x22 }
            if needsQuotes { bytes.append(UInt8(ascii: "\"")) }
            Self.appendEscaped(value, to: &bytes, quoted: needsQuotes)
            if needsQuotes { bytes.append(UInt8(ascii: "\"")) }
        }
    }

    private static func appendEscaped(_ text: String, to bytes: inout [UInt8], quoted: Bool = false) {
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\n": bytes.append(contentsOf: "\\n".utf8)
            case "\r": bytes.append(contentsOf: "\\r".utf8)
            case "\t": bytes.append(contentsOf: "\\t".utf8)
            case "\"" where quoted: bytes.append(contentsOf: "\\\"".utf8)
            // C0, DEL, C1, line and paragraph separators, and the marks that reorder text on a terminal.
            case "\u{0}"..."\u{1f}", "\u{7f}"..."\u{9f}", "\u{2028}", "\u{2029}", "\u{202a}"..."\u{202e}",
                "\u{2066}"..."\u{2069}":
                bytes.append(contentsOf: "\\u{\(String(scalar.value, radix: 16))}".utf8)
            default: bytes.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
            }
        }
    }
}
