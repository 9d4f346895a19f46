/// The base of an S3 server's URLs, spoken to in path style: `{scheme}://{authority}{path}/{bucket}/{key}`.
package struct S3Endpoint: Sendable, Hashable, CustomStringConvertible {
    package let isSecure: Bool
    /// Host with port, the port left out when it is the scheme's own: what goes into `Host` and is signed.
    package let authority: String
    /// Empty, or a path that begins with a slash and does not end with one.
    package let path: String

    /// Reads `https://host`, `http://host:9000/storage` or, as older systems write it, `host:9000`.
    ///
    /// - Parameter isSecure: Whether an endpoint without scheme means https.
    /// - Returns: nil for other schemes, user names, queries, odd characters, and ports outside 1 to 65,535.
    package init?(_ text: String, isSecure: Bool = false) {
        var rest = text[...]
        var secure = isSecure
        if let scheme = rest.firstRange(of: "://") {
            switch rest[..<scheme.lowerBound].lowercased() {
            case "http": secure = false
            case "https": secure = true
            default: return nil
            }
            rest = rest[scheme.upperBound...]
        }
        let slash = rest.firstIndex(of: "/") ?? rest.endIndex
        guard let authority = Self.authority(rest[..<slash], isSecure: secure),
            let path = Self.path(rest[slash...])
        else { return nil }
        self.isSecure = secure
        self.authority = authority
        self.path = path
    }

    package var description: String { "\(isSecure ? "https" : "http")://\(authority)\(path)" }

    /// The path of an object or, without key, of the bucket: encoded, as it is signed and sent.
    func path(bucket: String, key: String?) -> String {
        "\(path)/\(bucket)" + (key.map { "/\(CanonicalRequest.encodePath($0))" } ?? "")
    }

    var origin: String { "\(isSecure ? "https" : "http")://\(authority)" }

    private static func authority(_ text: Substring, isSecure: Bool) -> String? {
        var host = text
        var port: Int?
        // The last colon, unless it stands within the brackets of an IPv6 address.
        if let colon = text.lastIndex(of: ":"), !text[colon...].contains("]") {
            guard let number = Int(text[text.index(after: colon)...]), (1...65_535).contains(number) else { return nil }
            host = text[..<colon]
            port = number
        }
        let allowed = host.hasPrefix("[") ? "0123456789abcdefABCDEF:.[]" : ".-_"
        guard !host.isEmpty,
            host.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber) || allowed.contains($0) })
        else { return nil }
        if let port, port != (isSecure ? 443 : 80) { return "\(host.lowercased()):\(port)" }
        return host.lowercased()
    }

    private static func path(_ text: Substring) -> String? {
        var text = text
        while text.last == "/" { text = text.dropLast() }
        let isPlain = text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber) || "/-._~".contains($0) }
        let hasOddPart = text.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
            .contains { $0.isEmpty || $0 == "." || $0 == ".." }
        return isPlain && !(hasOddPart && !text.isEmpty) ? String(text) : nil
    }
}
