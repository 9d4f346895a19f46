/// The lines of a `.env` file: `NAME=value`, an optional `export `, comments after `#`, values in single quotes (as they
/// are) or double quotes (with \n, \t, \\ and \").
enum DotEnv {
    enum Entry: Equatable {
        case assignment(name: String, value: String)
        case malformed(String)
    }

    /// The entries with their line numbers, counted from 1; empty lines and comments are left out.
    static func parse(_ text: String) -> [(line: Int, entry: Entry)] {
        var result: [(Int, Entry)] = []
        for (index, raw) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
            var line = SettingsText.trimmed(raw)
            if line.isEmpty || line.hasPrefix("#") { continue }
            if line.hasPrefix("export ") { line = SettingsText.trimmed(line.dropFirst("export ".count)) }
            result.append((index + 1, assignment(line) ?? .malformed(String(line.prefix { $0 != "=" }))))
        }
        return result
    }

    private static func assignment(_ line: String) -> Entry? {
        guard let equals = line.firstIndex(of: "=") else { return nil }
        let name = SettingsText.trimmed(line[..<equals])
        guard let first = name.first, first.isASCII, first.isLetter || first == "_",
            name.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") })
        else { return nil }
        guard let value = value(SettingsText.trimmed(line[line.index(after: equals)...])) else { return nil }
        return .assignment(name: name, value: value)
    }

    private static func value(_ text: String) -> String? {
        switch text.first {
        case "'":
            let inner = text.dropFirst()
            guard let end = inner.firstIndex(of: "'") else { return nil }
            return isEnd(inner[inner.index(after: end)...]) ? String(inner[..<end]) : nil
        case "\"":
            return doubleQuoted(text.dropFirst())
        default:
            // A comment needs a space before it, so that `#` can stand in a value.
            let end = text.indices.first { index in
                text[index] == "#" && (index == text.startIndex || text[text.index(before: index)] == " ")
            }
            return SettingsText.trimmed(text[..<(end ?? text.endIndex)])
        }
    }

    private static func doubleQuoted(_ text: Substring) -> String? {
        var value = ""
        var rest = text
        while let character = rest.popFirst() {
            switch character {
            case "\"": return isEnd(rest) ? value : nil
            case "\\":
                switch rest.popFirst() {
                case "n": value.append("\n")
                case "t": value.append("\t")
                case "\"": value.append("\"")
                case "\\": value.append("\\")
                default: return nil
                }
            default: value.append(character)
            }
        }
        return nil
    }

    private static func isEnd(_ rest: Substring) -> Bool {
        let trimmed = SettingsText.trimmed(rest)
        return trimmed.isEmpty || trimmed.hasPrefix("#")
    }
}
