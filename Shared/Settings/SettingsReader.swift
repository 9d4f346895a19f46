/// Reads a program's settings from environment variables, and from the text of a `.env` file for those not set.
///
/// A missing or empty variable takes its default. A wrong one is noted, its default is taken for the moment, and
/// `finish()` reports all mistakes together, so that an operator sees them in one go.
package struct SettingsReader: Sendable {
    private let values: [String: String]
    private var mistakes: [SettingsError.Mistake] = []
    /// Every variable read so far, in order.
    package private(set) var descriptions: [SettingDescription] = []

    /// - Parameters:
    ///   - environment: The process's environment; wins over `dotenv`.
    ///   - dotenv: The text of a `.env` file, if there is one.
    package init(environment: [String: String], dotenv: String? = nil) {
        var values = environment
        for (line, entry) in DotEnv.parse(dotenv ?? "") {
            switch entry {
            case .assignment(let name, let value):
                if values[name] == nil { values[name] = value }
            case .malformed(let text):
                mistakes.append(
                    SettingsError.Mistake(variable: ".env line \(line)", value: text, allowed: "must be NAME=value"))
            }
        }
        self.values = values
    }

    /// - Throws: `SettingsError` with every mistake noted so far.
    package func finish() throws(SettingsError) {
        if !mistakes.isEmpty { throw SettingsError(mistakes: mistakes) }
    }

    /// Notes a mistake that only the program can see, such as two settings that exclude each other.
    package mutating func reject(_ variable: String, allowed: String, isSecret: Bool = false) {
        let value = values[variable] ?? ""
        mistakes.append(
            SettingsError.Mistake(variable: variable, value: isSecret ? "(secret)" : value, allowed: allowed))
    }

    /// Any text of at most `lengthMax` characters.
    package mutating func string(
        _ variable: String, default defaultValue: String = "", lengthMax: Int = 4_096, help: String
    ) -> String {
        read(variable, defaultValue, defaultText: defaultValue, "at most \(lengthMax) characters", help) {
            $0.count <= lengthMax ? $0 : nil
        }
    }

    /// A text that is not shown anywhere; nil when it is not set.
    package mutating func secret(_ variable: String, lengthMin: Int = 1, help: String) -> Secret? {
        read(
            variable, nil, defaultText: "", "at least \(lengthMin) characters", help, isSecret: true
        ) { $0.count >= lengthMin ? .some(Secret($0)) : .none }
    }

    /// A whole number within `range`.
    package mutating func integer(
        _ variable: String, default defaultValue: Int, in range: ClosedRange<Int>, help: String
    ) -> Int {
        let allowed = "a whole number from \(range.lowerBound) to \(range.upperBound)"
        return read(variable, defaultValue, defaultText: String(defaultValue), allowed, help) { text in
            Int(text).flatMap { range.contains($0) ? $0 : nil }
        }
    }

    /// `true`, `false`, `yes`, `no`, `on`, `off`, `1` or `0`.
    package mutating func flag(_ variable: String, default defaultValue: Bool, help: String) -> Bool {
        read(variable, defaultValue, defaultText: String(defaultValue), "true or false", help) { text in
            switch text.lowercased() {
            case "true", "yes", "on", "1": true
            case "false", "no", "off", "0": false
            default: nil
            }
        }
    }

    /// One of the raw values of an enumeration.
    package mutating func choice<Choice: RawRepresentable & CaseIterable>(
        _ variable: String, default defaultValue: Choice, help: String
    ) -> Choice where Choice.RawValue == String {
        let allowed = "one of " + Choice.allCases.map(\.rawValue).joined(separator: ", ")
        return read(variable, defaultValue, defaultText: defaultValue.rawValue, allowed, help) {
            Choice(rawValue: $0) ?? Choice(rawValue: $0.lowercased()) ?? Choice(rawValue: $0.uppercased())
        }
    }

    /// A length of time: `24h`, `30m`, `45s`, `500ms`, or plain seconds.
    package mutating func duration(
        _ variable: String, default defaultValue: Duration, in range: ClosedRange<Duration>, help: String
    ) -> Duration {
        let (low, high) = (SettingsText.text(of: range.lowerBound), SettingsText.text(of: range.upperBound))
        let allowed = "a time from \(low) to \(high), such as 24h, 30m, 45s, or seconds"
        return read(variable, defaultValue, defaultText: SettingsText.text(of: defaultValue), allowed, help) { text in
            SettingsText.duration(text).flatMap { range.contains($0) ? $0 : nil }
        }
    }

    /// An `http` or `https` URL with a host and nothing after the path; a trailing slash is dropped. Empty when not set
    /// and without default.
    package mutating func baseURL(_ variable: String, default defaultValue: String = "", help: String) -> String {
        let allowed = "a URL such as http://127.0.0.1:8080"
        return read(variable, defaultValue, defaultText: defaultValue, allowed, help, SettingsText.baseURL)
    }

    /// Items separated by commas, without the spaces around them; empty items are dropped.
    package mutating func list(_ variable: String, default defaultValue: [String] = [], help: String) -> [String] {
        let text = defaultValue.joined(separator: ",")
        return read(variable, defaultValue, defaultText: text, "items separated by commas", help) { text in
            text.split(separator: ",").map { SettingsText.trimmed($0) }.filter { !$0.isEmpty }
        }
    }

    /// A value of the caller's own kind.
    ///
    /// - Parameter parse: Returns nil for a text that is not allowed.
    package mutating func value<Value>(
        _ variable: String, default defaultValue: Value, defaultText: String, allowed: String, help: String,
        parse: (String) -> Value?
    ) -> Value {
        read(variable, defaultValue, defaultText: defaultText, allowed, help, parse)
    }

    private mutating func read<Value>(
        _ variable: String, _ defaultValue: Value, defaultText: String, _ allowed: String, _ help: String,
        isSecret: Bool = false, _ parse: (String) -> Value?
    ) -> Value {
        descriptions.append(
            SettingDescription(
                variable: variable, defaultText: defaultText, allowed: allowed, help: help, isSecret: isSecret))
        guard let text = values[variable], !text.isEmpty else { return defaultValue }
        if let value = parse(text) { return value }
        mistakes.append(
            SettingsError.Mistake(
                variable: variable, value: isSecret ? "(secret)" : text, allowed: "must be \(allowed)"))
        return defaultValue
    }
}
