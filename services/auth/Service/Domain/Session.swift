import Platform
import Tokens

/// One sign-in: a family of refresh tokens, as its owner sees it.
struct Session: Sendable, Hashable {
    let id: Identifier
    let userID: Identifier
    let userAgent: String
    let address: String
    let createdAt: Timestamp
    var lastUsedAt: Timestamp
    /// When its newest refresh token expires.
    var expiresAt: Timestamp
    var revokedAt: Timestamp?
}

/// A living session's owner and the owner's present role.
struct SessionStanding: Sendable, Hashable {
    let userID: Identifier
    let role: Role
}
