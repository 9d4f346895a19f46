/// The labels of one series, such as `route="/health",status="200"`, in the order of the metric's label names.
///
/// Keep them few: a route's template and never its path, no ids.
package typealias MetricLabels = [(name: String, value: String)]

enum MetricText {
    /// `{name="value",…}`, escaped as the text format 0.0.4 asks; empty for no labels.
    static func braces(_ labels: MetricLabels) -> String {
        if labels.isEmpty { return "" }
        return "{" + labels.map { "\($0.name)=\"\(escapedValue($0.value))\"" }.joined(separator: ",") + "}"
    }

    static func escapedValue(_ text: String) -> String {
        escaped(text, quotes: true)
    }

    static func escapedHelp(_ text: String) -> String {
        escaped(text, quotes: false)
    }

    private static func escaped(_ text: String, quotes: Bool) -> String {
        var result = ""
        for character in text.unicodeScalars {
            switch character {
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\"" where quotes: result += "\\\""
            default: result.unicodeScalars.append(character)
            }
        }
        return result
    }

    static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
        if value == value.rounded(), abs(value) < 1e15 { return String(Int64(value)) }
        return "\(value)"
    }
}
