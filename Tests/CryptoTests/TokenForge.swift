import Crypto
import JSONCoding
import Platform
import TestSupport
import Tokens

/// Makes good tokens and every kind of bad one.
struct TokenForge {
    let time = ManualTime()
    let key: SigningKey
    let other: SigningKey
    let verifier: TokenVerifier

    init() throws {
        key = SigningKey(try Ed25519.PrivateKey())
        other = SigningKey(try Ed25519.PrivateKey())
        verifier = TokenVerifier(keys: JSONWebKeySet([key.verificationKey]), time: time)
    }

    var claims: AccessClaims {
        AccessClaims(
            subject: .make(), role: .student, sessionID: .make(), issuedAt: time.wall,
            expiresAt: time.wall + .seconds(900))
    }

    func good() throws -> String { try TokenSigner(key: key).sign(claims) }

    var header: JSONObject { ["alg": "EdDSA", "typ": "at+jwt", "kid": .string(key.id)] }

    var payload: JSONObject {
        let now = time.wall.millisecondsSince1970 / 1_000
        return [
            "iss": "lectern-auth", "aud": "lectern", "sub": .string(Identifier.make().description),
            "sid": .string(Identifier.make().description), "role": "student", "iat": .integer(now),
            "nbf": .integer(now), "exp": .integer(now + 900), "jti": "x",
        ]
    }

    /// A token signed with the right key over whatever header and payload.
    func signed(
        header: (inout JSONObject) -> Void = { _ in }, payload: (inout JSONObject) -> Void = { _ in },
        by signer: SigningKey? = nil
    ) throws -> String {
        var head = self.header
        header(&head)
        var body = self.payload
        payload(&body)
        return try signed(
            header: JSONValue.object(head).serialized(), payload: JSONValue.object(body).serialized(), by: signer)
    }

    /// A token signed with the right key over raw bytes.
    func signed(header: [UInt8], payload: [UInt8], by signer: SigningKey? = nil) throws -> String {
        let text = "\(Base64.encodeURL(header)).\(Base64.encodeURL(payload))"
        return "\(text).\(Base64.encodeURL(try (signer ?? key).privateKey.sign(Array(text.utf8))))"
    }

    func bytes(_ object: JSONObject) -> [UInt8] { JSONValue.object(object).serialized() }
}
