package import Crypto
internal import JSONCoding
internal import Platform

/// An Ed25519 key under the name by which tokens refer to it.
package struct SigningKey: Sendable {
    /// `kid`: the thumbprint of the public key (RFC 7638), so it follows from the key alone.
    package let id: String
    package let privateKey: Ed25519.PrivateKey

    package init(_ privateKey: Ed25519.PrivateKey) {
        self.privateKey = privateKey
        id = VerificationKey(privateKey.publicKey).id
    }

    package var verificationKey: VerificationKey { VerificationKey(privateKey.publicKey) }
}

/// The public half of a `SigningKey`.
package struct VerificationKey: Sendable {
    package let id: String
    package let publicKey: Ed25519.PublicKey

    package init(_ publicKey: Ed25519.PublicKey) {
        self.publicKey = publicKey
        id = Self.thumbprint(of: publicKey)
    }

    /// RFC 7638 with the members of RFC 8037 appendix A.3: SHA-256 over the required members in their fixed order.
    private static func thumbprint(of key: Ed25519.PublicKey) -> String {
        let members: JSONValue = ["crv": "Ed25519", "kty": "OKP", "x": .string(Base64.encodeURL(key.raw))]
        return Base64.encodeURL(SHA256.digest(of: members.serialized()))
    }
}
