import Crypto
import Platform

/// `X-Twilio-Signature`: what shows that a callback comes from Twilio.
package enum TwilioSignature {
    /// Base64 of HMAC-SHA1, by the auth token, over the full URL and each field's name and value, sorted by name, without
    /// anything between them; of fields that occur several times the distinct values, sorted.
    package static func make(url: String, fields: [(name: String, value: String)], authToken: String) -> String {
        var values: [String: Set<String>] = [:]
        for field in fields { values[field.name, default: []].insert(field.value) }
        var text = url
        for name in values.keys.sorted(by: Self.isBefore) {
            for value in values[name, default: []].sorted(by: Self.isBefore) { text += name + value }
        }
        return Base64.encode(HMAC.sha1(text.utf8, key: authToken.utf8))
    }

    /// Whether `signature` is right for the URL as Twilio may have written it: with or without the port.
    package static func isGood(
        _ signature: String, url: String, fields: [(name: String, value: String)], authToken: String
    ) -> Bool {
        ([url] + (otherForm(of: url).map { [$0] } ?? [])).contains { url in
            constantTimeEqual(signature.utf8, make(url: url, fields: fields, authToken: authToken).utf8)
        }
    }

    /// By bytes, as the reference does it; Swift's own order of strings is another.
    private static func isBefore(_ left: String, _ right: String) -> Bool {
        left.utf8.lexicographicallyPrecedes(right.utf8)
    }

    /// The URL with its usual port written out, or without its port.
    private static func otherForm(of url: String) -> String? {
        guard let parsed = WebhookURL(url), !parsed.host.contains(":") else { return nil }
        let scheme = parsed.isSecure ? "https" : "http"
        let rest = url.dropFirst(scheme.count + 3)
        let authority = rest.prefix { $0 != "/" && $0 != "?" }
        let tail = rest.dropFirst(authority.count)
        return authority.contains(":")
            ? "\(scheme)://\(parsed.host)\(tail)" : "\(scheme)://\(parsed.host):\(parsed.port)\(tail)"
    }
}
