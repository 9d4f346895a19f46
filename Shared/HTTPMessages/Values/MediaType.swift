/// A media type with its parameters (RFC 9110 section 8.3.1): `text/html; charset=utf-8`.
package struct MediaType: Sendable, Hashable, CustomStringConvertible {
    /// In lower case, such as `text`.
    package let type: String
    /// In lower case, such as `html`.
    package let subtype: String
    private var parameters: [String: String] = [:]

    package init(type: String, subtype: String) {
        self.type = type.lowercased()
        self.subtype = subtype.lowercased()
    }

    /// Reads a field value; nil when it is malformed.
    package init?(_ text: some StringProtocol) {
        var scanner = ByteScanner(Array(text.utf8))
        scanner.skipBlanks()
        guard let type = scanner.token(), scanner.take(ASCII.slash), let subtype = scanner.token(),
            let parameters = HTTPParameters.parse(scanner.rest)
        else { return nil }
        self.init(type: type, subtype: subtype)
        for (name, value) in parameters { self.parameters[name] = value }
    }

    /// The type without parameters, in lower case.
    package var essence: String { "\(type)/\(subtype)" }

    /// A parameter's value; the name in lower case.
    package subscript(parameter name: String) -> String? {
        get { parameters[name] }
        set { parameters[name] = newValue }
    }

    /// Whether the content is JSON: `application/json` or a type built on it such as `application/problem+json`.
    package var isJSON: Bool { essence == "application/json" || subtype.hasSuffix("+json") }

    /// Whether the content is a form with parts (RFC 7578).
    package var isMultipartForm: Bool { essence == "multipart/form-data" }

    package var description: String {
        parameters.sorted { $0.key < $1.key }.reduce(into: essence) { text, parameter in
            if let value = HTTPParameters.written(parameter.value) { text += "; \(parameter.key)=\(value)" }
        }
    }
}
