import Platform

/// A form that a text must have. The raw value is JSON Schema's name of it.
package enum TextFormat: String, Sendable {
    case uuid
    case email
    case dateTime = "date-time"
    case uri
    /// `#rrggbb`.
    case color

    /// The form in words, after "must be".
    var words: String {
        switch self {
        case .uuid: "a UUID"
        case .email: "an email address"
        case .dateTime: "a time in RFC 3339, such as 2026-01-31T09:30:00Z"
        case .uri: "an http or https URL"
        case .color: "a colour such as #3366cc"
        }
    }

    /// Whether `text` has this form.
    package func matches(_ text: String) -> Bool {
        switch self {
        case .uuid: Identifier(text) != nil
        case .email: EmailAddressSyntax.matches(text)
        case .dateTime: Timestamp(rfc3339: text) != nil
        case .uri: Self.isURL(text)
        case .color: Self.isColour(text)
        }
    }

    private static func isURL(_ text: String) -> Bool {
        guard text.hasPrefix("http://") || text.hasPrefix("https://"), text.utf8.count <= 2_048 else { return false }
        let rest = text.drop { $0 != "/" }.dropFirst(2)
        let host = rest.prefix { !"/?#".contains($0) }
        return !host.isEmpty
            && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f && $0 != 0x22 && $0 != 0x3c && $0 != 0x3e }
    }

    private static func isColour(_ text: String) -> Bool {
        text.utf8.count == 7 && text.hasPrefix("#") && text.dropFirst().allSatisfy { $0.isASCII && $0.isHexDigit }
    }
}
