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

    func matches(_ text: String) -> Bool {
        switch self {
        case .uuid: Identifier(text) != nil
        case .email: Self.isEmail(text)
        case .dateTime: Timestamp(rfc3339: text) != nil
        case .uri: Self.isURL(text)
        case .color: Self.isColour(text)
        }
    }

    /// A mailbox that real mail systems take: RFC 5321's dot-string local part of at most 64 bytes (with RFC 6531's
    /// non-ASCII characters), and a domain name of at least two labels, 254 bytes in all. No quoted local parts, no
    /// address literals.
    private static func isEmail(_ text: String) -> Bool {
        let parts = text.split(separator: "@", omittingEmptySubsequences: false)
        guard parts.count == 2, text.utf8.count <= 254, parts[0].utf8.count <= 64 else { return false }
        let words = parts[0].split(separator: ".", omittingEmptySubsequences: false)
        let isLocal = words.allSatisfy { word in
            !word.isEmpty && word.unicodeScalars.allSatisfy(isLocalPartScalar)
        }
        let labels = parts[1].split(separator: ".", omittingEmptySubsequences: false)
        return isLocal && labels.count >= 2 && labels.allSatisfy(isLabel)
            && labels.last?.contains { !$0.isNumber } == true
    }

    private static func isLocalPartScalar(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.isASCII {
            return scalar.properties.isAlphabetic || ("0"..."9").contains(scalar)
                || "!#$%&'*+-/=?^_`{|}~".unicodeScalars.contains(scalar)
        }
        return isVisible(scalar)
    }

    private static func isLabel(_ label: Substring) -> Bool {
        guard (1...63).contains(label.utf8.count), label.first != "-", label.last != "-" else { return false }
        return label.unicodeScalars.allSatisfy { scalar in
            scalar.isASCII
                ? scalar.properties.isAlphabetic || ("0"..."9").contains(scalar) || scalar == "-" : isVisible(scalar)
        }
    }

    private static func isVisible(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator,
            .spaceSeparator:
            false
        default: true
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
