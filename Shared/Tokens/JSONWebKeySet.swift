internal import Crypto
package import JSONCoding
internal import Platform

/// The public keys that tokens are verified with, as published at `/.well-known/jwks.json` (RFC 7517, RFC 8037).
package struct JSONWebKeySet: Sendable {
    package private(set) var keys: [VerificationKey]

    /// More keys than this in a published set are not read: a rotation has two or three.
    package static let keysMax = 16

    package init(_ keys: [VerificationKey]) {
        self.keys = keys
    }

    /// Reads a published set. Keys of other kinds or uses are left out, as RFC 7517 section 5 asks for.
    ///
    /// - Throws: `TokenRefusal.malformed` when there is no array `keys`, or a key of our kind is broken or misnamed.
    package init(json: JSONValue) throws(TokenRefusal) {
        guard let entries = json["keys"]?.array, entries.count <= Self.keysMax else { throw .malformed }
        keys = []
        for entry in entries where entry["kty"]?.string == "OKP" && entry["crv"]?.string == "Ed25519" {
            if let algorithm = entry["alg"]?.string, algorithm != AccessToken.algorithm { continue }
            if let use = entry["use"]?.string, use != "sig" { continue }
            guard let raw = entry["x"]?.string.flatMap({ Base64.decodeURL($0) }),
                let publicKey = try? Ed25519.PublicKey(raw: raw)
            else { throw .malformed }
            let key = VerificationKey(publicKey)
            guard entry["kid"]?.string == key.id else { throw .malformed }
            keys.append(key)
        }
    }

    package var json: JSONValue {
        [
            "keys": .array(
                keys.map { key in
                    [
                        "kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": .string(AccessToken.algorithm),
                        "kid": .string(key.id), "x": .string(Base64.encodeURL(key.publicKey.raw)),
                    ]
                })
        ]
    }
}
