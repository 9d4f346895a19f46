import Crypto
import Platform

/// The secret that a client trades for a new access token: 32 random bytes, of which only the SHA-256 is stored.
struct RefreshToken: Sendable, Hashable {
    static let byteCount = 32

    let bytes: [UInt8]

    /// A new one.
    init() {
        bytes = randomBytes(Self.byteCount)
    }

    /// The token a client sent; nil when it cannot be one.
    init?(text: String) {
        guard let bytes = Base64.decodeURL(text), bytes.count == Self.byteCount else { return nil }
        self.bytes = bytes
    }

    private init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// As clients see it: 43 characters.
    var text: String { Base64.encodeURL(bytes) }

    /// As storage knows it.
    var hash: [UInt8] { SHA256.digest(of: bytes) }

    /// `successor` in a form that only the holder of this token can read: storage keeps it for the grace period, so
    /// that a client whose first answer was lost, or a second tab, gets the very same successor again. Each token has
    /// one successor, so its pad is used once.
    func seal(_ successor: RefreshToken) -> [UInt8] {
        zip(successor.bytes, pad).map { $0 ^ $1 }
    }

    /// The successor that `seal` hid; nil for bytes of another length.
    func unseal(_ sealed: [UInt8]) -> RefreshToken? {
        guard sealed.count == Self.byteCount else { return nil }
        return RefreshToken(bytes: zip(sealed, pad).map { $0 ^ $1 })
    }

    private var pad: [UInt8] { HMAC.sha256(Array("lectern refresh successor".utf8), key: bytes) }
}
