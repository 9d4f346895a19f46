package import Platform

/// What an access token says about its bearer.
package struct AccessClaims: Sendable, Hashable {
    /// The user; for an API key, the key.
    package var subject: Identifier
    /// The user's role. A key has none: there it is the lowest, and nothing may be decided by it.
    package var role: Role
    /// The sign-in (family of refresh tokens) that the token belongs to; for an API key, the key.
    package var sessionID: Identifier
    /// In whole seconds, as tokens have it.
    package var issuedAt: Timestamp
    /// From this moment on the token is worth nothing.
    package var expiresAt: Timestamp
    /// What an API key permits; nil for a user. Whoever has a grant is no user, whatever else stands here.
    package let grant: KeyGrant?

    /// A user's claims.
    package init(
        subject: Identifier, role: Role, sessionID: Identifier, issuedAt: Timestamp, expiresAt: Timestamp
    ) {
        self.subject = subject
        self.role = role
        self.sessionID = sessionID
        self.issuedAt = issuedAt
        self.expiresAt = expiresAt
        grant = nil
    }

    /// The claims of an API key.
    package init(grant: KeyGrant, issuedAt: Timestamp, expiresAt: Timestamp) {
        subject = grant.keyID
        role = .student
        sessionID = grant.keyID
        self.issuedAt = issuedAt
        self.expiresAt = expiresAt
        self.grant = grant
    }
}

/// Names and limits of access tokens, the same for every service (RFC 9068, RFC 8725).
package enum AccessToken {
    /// `typ`: tells access tokens from every other kind that may be signed one day (RFC 8725 section 3.11).
    static let type = "at+jwt"
    static let algorithm = "EdDSA"
    /// `iss`
    package static let issuer = "lectern-auth"
    /// `aud`
    package static let audience = "lectern"
    /// Longest token that is looked at; ours have about 450 bytes.
    package static let bytesMax = 4_096
    /// How far the clocks of two machines may differ before a token that is "not yet valid" is refused.
    static let clockSkew = Duration.seconds(5)
    /// No token of ours lives longer; one that claims to is refused.
    static let lifetimeMax = Duration.seconds(24 * 3_600)
}

/// Why a token was refused: for logs and metrics only. To the bearer all are the same 401.
package enum TokenRefusal: String, Error, Sendable, CaseIterable {
    case tooLarge = "too_large"
    case malformed
    case wrongAlgorithm = "wrong_algorithm"
    case wrongType = "wrong_type"
    case unknownKey = "unknown_key"
    case badSignature = "bad_signature"
    case wrongIssuer = "wrong_issuer"
    case wrongAudience = "wrong_audience"
    case badClaims = "bad_claims"
    case notYetValid = "not_yet_valid"
    case expired
}
