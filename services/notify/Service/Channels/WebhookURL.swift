/// The address of a webhook: http or https with a host, no user, no password, no fragment, visible ASCII only.
struct WebhookURL: Sendable, Hashable {
    static let bytesMax = 2_000

    let text: String
    let isSecure: Bool
    /// Without the brackets of an IPv6 address.
    let host: String
    let port: UInt16

    init?(_ text: String) {
        guard text.utf8.count <= Self.bytesMax, text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }),
            !text.contains(where: { "#\"<>\\^`{|}".contains($0) })
        else { return nil }
        let scheme = text.prefix { $0 != ":" }.lowercased()
        guard scheme == "http" || scheme == "https", text.dropFirst(scheme.count).hasPrefix("://") else { return nil }
        isSecure = scheme == "https"
        let authority = text.dropFirst(scheme.count + 3).prefix { $0 != "/" && $0 != "?" }
        guard !authority.contains("@") else { return nil }
        var portText: Substring
        if authority.hasPrefix("[") {
            guard let end = authority.firstIndex(of: "]") else { return nil }
            host = String(authority[authority.index(after: authority.startIndex)..<end])
            portText = authority[authority.index(after: end)...]
        } else {
            host = String(authority.prefix { $0 != ":" })
            portText = authority.drop { $0 != ":" }
        }
        guard !host.isEmpty, host.utf8.count <= 253 else { return nil }
        if portText.isEmpty {
            port = isSecure ? 443 : 80
        } else {
            portText = portText.dropFirst()
            guard portText.allSatisfy(\.isNumber), let number = UInt16(portText), number > 0 else { return nil }
            port = number
        }
        self.text = text
    }
}
