import Platform
import Tokens

/// What is known about an API key beside the secret itself.
struct APIKey: Sendable, Hashable {
    /// Longest name, in characters.
    static let nameMax = 100
    /// The shortest and longest time that a key can be given.
    static let lifetimes = Duration.seconds(60)...Duration.seconds(10 * 365 * 86_400)

    /// The key's id and what it permits.
    let grant: KeyGrant
    let name: String
    /// The first characters of the secret.
    let prefix: String
    /// The administrator who made it.
    let createdBy: Identifier
    let createdAt: Timestamp
    /// From this moment on it is worth nothing; nil for never.
    let expiresAt: Timestamp?
    /// At most a minute old.
    var lastUsedAt: Timestamp?

    var id: Identifier { grant.keyID }

    func isLive(at now: Timestamp) -> Bool {
        expiresAt.map { now < $0 } ?? true
    }
}
