internal import Crypto
internal import JSONCoding
package import Platform

/// Tokens with which services call each other's `/internal/*` paths: HS256 under the secret that all of them share, good
/// for a minute and for one callee. Their type keeps them apart from users' tokens, so neither is ever taken for the
/// other.
package struct ServiceToken: Sendable {
    /// A token is good for this long.
    package static let lifetime = Duration.seconds(60)
    /// Shorter secrets are refused (RFC 7518 section 3.2).
    package static let secretBytesMin = 32

    static let algorithm = "HS256"
    static let type = "svc+jwt"

    private let secret: [UInt8]
    private let time: any TimeSource

    /// - Throws: `TokenRefusal.malformed` when `secret` has fewer than 32 bytes.
    package init(secret: [UInt8], time: any TimeSource) throws(TokenRefusal) {
        guard secret.count >= Self.secretBytesMin else { throw .malformed }
        self.secret = secret
        self.time = time
    }

    /// A token for one or more calls of `caller` to `callee` within the next minute.
    package func make(caller: String, callee: String) -> String {
        let now = time.wall
        let issuedAt = JSONValue.integer(now.secondsSince1970)
        return CompactToken.write(
            header: ["alg": .string(Self.algorithm), "typ": .string(Self.type)],
            claims: [
                "iss": .string(caller), "aud": .string(callee), "iat": issuedAt, "nbf": issuedAt,
                "exp": .integer((now + Self.lifetime).secondsSince1970),
                "jti": .string(Base64.encodeURL(randomBytes(9))),
            ],
            sign: { HMAC.sha256($0, key: secret) })
    }

    /// Who calls, by a token made for `callee`.
    ///
    /// - Throws: why the token is refused. Tell the bearer only that it is.
    package func verify(_ token: String, callee: String) throws(TokenRefusal) -> String {
        let parts = try CompactToken(token)
        try parts.requireHeader(algorithm: Self.algorithm, type: Self.type, keyID: false)
        guard constantTimeEqual(HMAC.sha256(parts.signedBytes, key: secret), parts.signature) else {
            throw .badSignature
        }
        let claims = try parts.claims()
        guard claims["aud"]?.string == callee else { throw .wrongAudience }
        let (issuedAt, expiresAt) = try claims.requireValidity(at: time.wall)
        guard expiresAt <= issuedAt + Self.lifetime else { throw .badClaims }
        guard let caller = claims["iss"]?.string, !caller.isEmpty else { throw .wrongIssuer }
        return caller
    }
}
