internal import Crypto
internal import JSONCoding
package import Platform

/// Checks access tokens by public keys alone (RFC 8725): algorithm and type are fixed, the key is chosen by `kid` from
/// the known ones, and issuer, audience, times and subject must all be right. Tokens found good are remembered until
/// they expire, because a signature costs about 100 µs. Any thread.
package final class TokenVerifier: Sendable {
    private struct State {
        var keys: [String: VerificationKey]
        var cache: VerifiedTokens
    }

    private let state: Lock<State>
    private let issuer: String
    private let audience: String
    private let time: any TimeSource

    /// - Parameter rememberedMax: How many good tokens are remembered, about 1 KB each.
    package init(
        keys: JSONWebKeySet, issuer: String = AccessToken.issuer, audience: String = AccessToken.audience,
        time: any TimeSource, rememberedMax: Int = 4_096
    ) {
        state = Lock(State(keys: Self.indexed(keys), cache: VerifiedTokens(capacity: rememberedMax)))
        self.issuer = issuer
        self.audience = audience
        self.time = time
    }

    /// Takes over a new set of keys. Tokens of keys that are no longer there are refused from now on.
    package func replaceKeys(_ keys: JSONWebKeySet) {
        let indexed = Self.indexed(keys)
        state.withLock { state in
            state.keys = indexed
            state.cache.removeAll()
        }
    }

    /// Whether a key with this name is known.
    package func knowsKey(_ id: String) -> Bool {
        state.withLock { $0.keys[id] != nil }
    }

    /// The claims of a good token.
    ///
    /// - Throws: why it is refused. Tell the bearer only that it is.
    package func verify(_ token: String) throws(TokenRefusal) -> AccessClaims {
        let now = time.wall
        guard token.utf8.count <= AccessToken.bytesMax else { throw .tooLarge }
        if let claims = state.withLock({ $0.cache.claims(of: token, at: now) }) { return claims }

        let parts = try CompactToken(token)
        let isOfKey = parts.header["typ"]?.string == KeyGrant.tokenType
        try parts.requireHeader(
            algorithm: AccessToken.algorithm, type: isOfKey ? KeyGrant.tokenType : AccessToken.type, keyID: true)
        guard let keyID = parts.header["kid"]?.string, let key = state.withLock({ $0.keys[keyID] }) else {
            throw .unknownKey
        }
        guard key.publicKey.isValid(signature: parts.signature, for: parts.signedBytes) else { throw .badSignature }
        let claims = try check(parts.claims(), isOfKey: isOfKey, at: now)
        state.withLock { state in
            // The keys may have been replaced while the signature was checked.
            guard state.keys[keyID] != nil else { return }
            state.cache.insert(token, claims)
        }
        return claims
    }

    private func check(
        _ claims: JSONObject, isOfKey: Bool, at now: Timestamp
    ) throws(TokenRefusal) -> AccessClaims {
        guard claims["iss"]?.string == issuer else { throw .wrongIssuer }
        guard claims["aud"]?.string == audience else { throw .wrongAudience }
        let (issuedAt, expiresAt) = try claims.requireValidity(at: now)
        guard let subject = claims["sub"]?.string.flatMap({ Identifier($0) }) else { throw .badClaims }
        if isOfKey {
            guard expiresAt <= issuedAt + KeyGrant.tokenLifetimeMax else { throw .badClaims }
            let grant = try grant(of: claims, subject: subject)
            return AccessClaims(grant: grant, issuedAt: issuedAt, expiresAt: expiresAt)
        }
        // What belongs to the other kind of token is a mistake of the issuer's, not something to look over.
        guard claims["key"] == nil, claims["scope"] == nil, claims["account"] == nil,
            let sessionID = claims["sid"]?.string.flatMap({ Identifier($0) }),
            let role = claims["role"]?.string.flatMap({ Role(rawValue: $0) })
        else { throw .badClaims }
        return AccessClaims(
            subject: subject, role: role, sessionID: sessionID, issuedAt: issuedAt, expiresAt: expiresAt)
    }

    private func grant(of claims: JSONObject, subject: Identifier) throws(TokenRefusal) -> KeyGrant {
        guard claims["role"] == nil, claims["sid"] == nil, claims["key"]?.string == claims["sub"]?.string,
            let scopes = claims["scope"]?.string.flatMap({ KeyGrant.scopes(of: $0) })
        else { throw .badClaims }
        var accountID: String?
        if let account = claims["account"] {
            guard let text = account.string else { throw .badClaims }
            accountID = text
        }
        guard let grant = KeyGrant(keyID: subject, scopes: scopes, accountID: accountID) else { throw .badClaims }
        return grant
    }

    private static func indexed(_ keys: JSONWebKeySet) -> [String: VerificationKey] {
        Dictionary(keys.keys.map { ($0.id, $0) }) { first, _ in first }
    }
}
