/// The forms that values take in an environment variable.
enum SettingsText {
    /// `24h`, `30m`, `45s`, `500ms`, `2d`, or plain seconds; whole numbers only. Nil for anything else.
    static func duration(_ text: String) -> Duration? {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        guard !digits.isEmpty, digits.count <= 10, let number = Int64(digits) else { return nil }
        return switch text.dropFirst(digits.count) {
        case "", "s": .seconds(number)
        case "ms": .milliseconds(number)
        case "m": .seconds(number * 60)
        case "h": .seconds(number * 3_600)
        case "d": .seconds(number * 86_400)
        default: nil
        }
    }

    /// The shortest form of a length of time that `duration(_:)` reads back.
    static func text(of duration: Duration) -> String {
        let (seconds, attoseconds) = duration.components
        if attoseconds != 0 { return "\(seconds * 1_000 + attoseconds / 1_000_000_000_000_000)ms" }
        if seconds != 0, seconds % 3_600 == 0 { return "\(seconds / 3_600)h" }
        if seconds != 0, seconds % 60 == 0 { return "\(seconds / 60)m" }
        return "\(seconds)s"
    }

    /// `text` without a trailing slash, when it is an http(s) URL with a host and no query, fragment or user.
    static func baseURL(_ text: String) -> String? {
        var rest = text[...]
        guard rest.hasPrefix("http://") || rest.hasPrefix("https://") else { return nil }
        guard text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }) else { return nil }
        guard !text.contains(where: { "?#@\"<>\\".contains($0) }) else { return nil }
        while rest.hasSuffix("/") { rest = rest.dropLast() }
        let afterScheme = rest.drop { $0 != "/" }.dropFirst(2)
        let authority = afterScheme.prefix { $0 != "/" }
        let host =
            authority.hasPrefix("[") ? authority.prefix { $0 != "]" }.dropFirst() : authority.prefix { $0 != ":" }
        guard !host.isEmpty else { return nil }
        let port =
            authority.hasPrefix("[")
            ? authority.drop { $0 != "]" }.dropFirst() : authority.dropFirst(host.count)
        if !port.isEmpty {
            guard port.hasPrefix(":"), let number = UInt16(port.dropFirst()), number > 0 else { return nil }
        }
        return String(rest)
    }

    static func trimmed(_ text: some StringProtocol) -> String {
        let start = text.drop { $0 == " " || $0 == "\t" }
        var end = start
        while let last = end.last, last == " " || last == "\t" { end = end.dropLast() }
        return String(end)
    }
}
