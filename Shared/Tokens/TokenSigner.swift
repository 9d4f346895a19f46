package import Crypto
internal import JSONCoding
internal import Platform

/// Writes access tokens.
package struct TokenSigner: Sendable {
    private let key: SigningKey
    private let issuer: String
    private let audience: String

    package init(
        key: SigningKey, issuer: String = AccessToken.issuer, audience: String = AccessToken.audience
    ) {
        self.key = key
        self.issuer = issuer
        self.audience = audience
    }

    /// The token for `claims`, whose times are rounded down to whole seconds. About 50 µs.
    ///
    /// - Throws: `CryptoError.library` when OpenSSL fails.
    package func sign(_ claims: AccessClaims) throws(CryptoError) -> String {
        let issuedAt = JSONValue.integer(claims.issuedAt.secondsSince1970)
        var payload: JSONObject = [
            "iss": .string(issuer), "aud": .string(audience), "sub": .string(claims.subject.description),
            "iat": issuedAt, "nbf": issuedAt, "exp": .integer(claims.expiresAt.secondsSince1970),
            "jti": .string(Base64.encodeURL(randomBytes(9))),
        ]
        if let grant = claims.grant {
            payload["key"] = .string(grant.keyID.description)
            payload["scope"] = .string(grant.scopeText)
            if let accountID = grant.accountID { payload["account"] = .string(accountID) }
        } else {
            payload["sid"] = .string(claims.sessionID.description)
            payload["role"] = .string(claims.role.rawValue)
        }
        let type = claims.grant == nil ? AccessToken.type : KeyGrant.tokenType
        return try CompactToken.write(
            header: ["alg": .string(AccessToken.algorithm), "typ": .string(type), "kid": .string(key.id)],
            claims: payload, sign: key.privateKey.sign)
    }
}
