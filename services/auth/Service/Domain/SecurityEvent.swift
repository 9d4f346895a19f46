import JSONCoding
import Platform

/// Something that matters for security and is kept in the audit log.
struct SecurityEvent: Sendable, Hashable {
    enum Kind: String, Sendable, CaseIterable {
        case registered
        case login
        case loginFailed = "login_failed"
        case loginThrottled = "login_throttled"
        case refreshReused = "refresh_reused"
        case logout
        case logoutAll = "logout_all"
        case sessionEnded = "session_ended"
        case passwordChanged = "password_changed"
        case passwordChangeFailed = "password_change_failed"
        case profileChanged = "profile_changed"
        case roleChanged = "role_changed"
        case accountDisabled = "account_disabled"
        case accountEnabled = "account_enabled"
        case signingKeyMade = "signing_key_made"
        case apiKeyMade = "api_key_made"
        case apiKeyRevoked = "api_key_revoked"
        /// A network has tried as many wrong keys as it may for now.
        case apiKeyTriesSpent = "api_key_tries_spent"
    }

    let kind: Kind
    /// The account concerned; nil when there is none, as after a failure for an unknown name.
    var userID: Identifier?
    /// Who did it, when it was somebody else.
    var actorID: Identifier?
    var sessionID: Identifier?
    /// A few facts; never a password, a token or a name that was typed.
    var detail: JSONObject = [:]
}

/// Where a request came from, for sessions and the audit log.
struct ClientOrigin: Sendable, Hashable {
    /// Longest user agent that is kept.
    static let userAgentMax = 256

    /// The address as text; empty when the peer has none (a local socket).
    let address: String
    /// The network under which failures are counted.
    let network: String
    let userAgent: String

    init(address: IPAddress?, fallback: String, userAgent: String?) {
        self.address = address?.description ?? fallback
        network = address?.network ?? fallback
        self.userAgent = String((userAgent ?? "").prefix(Self.userAgentMax))
    }
}
