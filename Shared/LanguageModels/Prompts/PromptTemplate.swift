/// A prompt as it stands in a file: parts under lines such as `--- system ---`, with `{{name}}` where values go in.
package struct PromptTemplate: Sendable, Hashable {
    /// Changes with the text.
    package let version: Int
    private let parts: [String: String]

    /// - Throws: `PromptError` when the text has no part, or one part twice.
    package init(_ text: String) throws(PromptError) {
        var parts: [String: String] = [:]
        var name: String?
        var lines: [Substring] = []
        func close() throws(PromptError) {
            guard let name else { return }
            guard parts[name] == nil else { throw PromptError("the part \(name) is there twice") }
            parts[name] = lines.joined(separator: "\n").trimmingLineBreaks
        }
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            let words = line.split(separator: " ")
            if words.count == 3, words[0] == "---", words[2] == "---" {
                try close()
                name = String(words[1])
                lines = []
            } else {
                lines.append(line)
            }
        }
        try close()
        guard !parts.isEmpty else { throw PromptError("there is no line like --- system ---") }
        self.parts = parts
        version = text.utf8.reduce(5381) { ($0 &* 33) ^ Int($1) }
    }

    /// A part with its values put in. What a value contains is never looked at again, so text from outside cannot ask for
    /// another value. A name without value stays as it is.
    package func part(_ name: String, values: [String: String] = [:]) -> String {
        guard let template = parts[name] else { return "" }
        var result = ""
        var rest = template[...]
        while let open = rest.firstRange(of: "{{"), let close = rest[open.upperBound...].firstRange(of: "}}") {
            result += rest[..<open.lowerBound]
            let key = String(rest[open.upperBound..<close.lowerBound])
            result += values[key] ?? "{{\(key)}}"
            rest = rest[close.upperBound...]
        }
        return result + rest
    }
}

/// A prompt file cannot be used.
package struct PromptError: Error, Sendable, CustomStringConvertible {
    package let description: String

    package init(_ description: String) { self.description = description }
}

extension String {
    fileprivate var trimmingLineBreaks: String {
        var text = self[...]
        while text.first?.isNewline == true { text = text.dropFirst() }
        while text.last?.isNewline == true { text = text.dropLast() }
        return String(text)
    }
}
