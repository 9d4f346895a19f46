/// The cookies of a request (RFC 6265 section 4.2).
package struct Cookies: Sendable {
    /// In the order received. A name may occur twice when paths overlap; the first is the most specific.
    package let items: [(name: String, value: String)]

    /// Cookies beyond this are ignored.
    package static let countMax = 100

    /// Reads all `Cookie` fields; what is not `name=value` is left out, as servers do (RFC 6265 section 5.4).
    package init(_ fields: HTTPFields) {
        var items: [(name: String, value: String)] = []
        for value in fields.all(.cookie) {
            for part in value.split(separator: ";") where items.count < Self.countMax {
                guard let equals = part.utf8.firstIndex(of: ASCII.equals) else { continue }
                let name = part[..<equals].trimmingBlanks
                var value = part[part.utf8.index(after: equals)...].trimmingBlanks
                if value.utf8.count >= 2, value.hasPrefix("\""), value.hasSuffix("\"") {
                    value = value.dropFirst().dropLast()
                }
                guard !name.isEmpty, name.utf8.allSatisfy(ASCII.isTokenByte) else { continue }
                items.append((name: String(name), value: String(value)))
            }
        }
        self.items = items
    }

    /// The first value with the name; case matters.
    package subscript(name: String) -> String? {
        for item in items where item.name == name { return item.value }
        return nil
    }
}

/// A cookie to be set by a response (RFC 6265 section 4.1, and `SameSite`). Safe by default: not for scripts, only over
/// TLS, not sent along from other sites.
package struct SetCookie: Sendable, Hashable {
    package enum SameSite: String, Sendable, Hashable {
        case strict = "Strict"
        case lax = "Lax"
        case none = "None"
    }

    package let name: String
    package let value: String
    package var path = "/"
    package var domain: String?
    /// Nil lasts as long as the browser runs; zero deletes the cookie.
    package var maxAge: Duration?
    package var isSecure = true
    package var isHTTPOnly = true
    package var sameSite = SameSite.strict

    /// Nil when the name is no token or the value has bytes that a cookie cannot hold: controls, blanks, quotes, commas,
    /// semicolons, backslashes, anything beyond ASCII.
    package init?(name: String, value: String) {
        guard !name.isEmpty, name.utf8.allSatisfy(ASCII.isTokenByte), value.utf8.allSatisfy(Self.isCookieByte) else {
            return nil
        }
        self.name = name
        self.value = value
    }

    /// The value of the `Set-Cookie` field; nil when path or domain cannot be written.
    package var fieldValue: String? {
        let attributes = [path, domain ?? ""]
        guard attributes.allSatisfy({ $0.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7F && $0 != ASCII.semicolon } }) else {
            return nil
        }
        var text = "\(name)=\(value); Path=\(path)"
        if let domain { text += "; Domain=\(domain)" }
        if let maxAge { text += "; Max-Age=\(max(0, maxAge.components.seconds))" }
        if isSecure { text += "; Secure" }
        if isHTTPOnly { text += "; HttpOnly" }
        return text + "; SameSite=\(sameSite.rawValue)"
    }

    /// `cookie-octet`
    private static func isCookieByte(_ byte: UInt8) -> Bool {
        switch byte {
        case ASCII.quote, ASCII.comma, ASCII.semicolon, ASCII.backslash: false
        default: byte > 0x20 && byte < 0x7F
        }
    }
}
