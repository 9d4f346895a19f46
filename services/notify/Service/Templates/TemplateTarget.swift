/// What a template becomes, and so how a value has to be written into it.
enum TemplateTarget: Sendable {
    /// A header line: no line breaks, no control characters.
    case header
    /// Plain text: no control characters but line breaks and tabs.
    case text
    /// HTML: text with `&`, `<`, `>` and quotes escaped and line breaks kept.
    case html

    /// `value` so that it cannot be taken for anything but text at its place.
    func escaped(_ value: String, in place: TemplatePlace) -> String {
        switch self {
        case .header: Self.oneLine(value)
        case .text: Self.printable(value)
        case .html: Self.htmlEscaped(value, place)
        }
    }

    /// Line breaks and other control characters become one space, none at the ends.
    static func oneLine(_ value: String) -> String {
        value.unicodeScalars.split { Self.isControl($0) || $0 == " " }.map(String.init).joined(separator: " ")
    }

    private static func printable(_ value: String) -> String {
        var text = String.UnicodeScalarView()
        var previous: Unicode.Scalar = " "
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\n" where previous == "\r": break
            case "\r", "\n", "\u{2028}", "\u{2029}", "\u{85}": text.append("\n")
            case "\t": text.append(scalar)
            default: if !isControl(scalar) { text.append(scalar) }
            }
            previous = scalar
        }
        return String(text)
    }

    private static func htmlEscaped(_ value: String, _ place: TemplatePlace) -> String {
        if place == .link, !isHarmlessLink(value) { return "#" }
        var html = String.UnicodeScalarView()
        for scalar in printable(value).unicodeScalars {
            switch scalar {
            case "&": html.append(contentsOf: "&amp;".unicodeScalars)
            case "<": html.append(contentsOf: "&lt;".unicodeScalars)
            case ">": html.append(contentsOf: "&gt;".unicodeScalars)
            case "\"": html.append(contentsOf: "&quot;".unicodeScalars)
            case "'": html.append(contentsOf: "&#39;".unicodeScalars)
            case "\n" where place == .content: html.append(contentsOf: "<br>\n".unicodeScalars)
            case "\n": html.append(" ")
            default: html.append(scalar)
            }
        }
        return String(html)
    }

    /// A link that leads out of the message and runs nothing.
    private static func isHarmlessLink(_ value: String) -> Bool {
        let scheme = value.prefix { $0 != ":" }.lowercased()
        return ["https", "http", "mailto", "tel"].contains(scheme) && value.contains(":")
    }

    /// Control characters, and those that turn the direction of the text around them (Unicode UAX 9).
    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<0x20, 0x7F...0x9F, 0x2028, 0x2029, 0x202A...0x202E, 0x2066...0x2069: true
        default: false
        }
    }
}

/// Where in the target a value stands.
enum TemplatePlace: Sendable, Hashable {
    case content
    /// Within a tag of HTML.
    case attribute
    /// The whole of an attribute that is a link.
    case link
}
