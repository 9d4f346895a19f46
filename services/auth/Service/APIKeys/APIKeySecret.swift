import Crypto
import Platform

/// An API key as its machine holds it: `lk_` and 32 random bytes. Shown once, and kept nowhere but as its SHA-256, which
/// is enough for a secret that nobody can guess (NIST SP 800-63B section 5.1.1.2 asks for slow hashes for passwords).
struct APIKeySecret: Sendable, Hashable {
    static let marker = "lk_"
    static let byteCount = 32
    /// How much of it lists show, the marker included: 36 of its 256 bits.
    private static let prefixCount = 9

    let text: String

    /// A new one.
    init() {
        text = Self.marker + Base64.encodeURL(randomBytes(Self.byteCount))
    }

    /// The key of a request; nil when it cannot be one.
    init?(text: String) {
        guard text.hasPrefix(Self.marker), let bytes = Base64.decodeURL(text.dropFirst(Self.marker.count)),
            bytes.count == Self.byteCount
        else { return nil }
        self.text = text
    }

    /// As storage knows it.
    var hash: [UInt8] { SHA256.digest(of: text.utf8) }

    /// What tells it apart from other keys without being of use to anybody.
    var prefix: String { String(text.prefix(Self.prefixCount)) }
}
