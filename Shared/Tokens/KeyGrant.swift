package import Platform

/// What an API key permits. Keys are for machines; there is no user behind one, and no role.
package enum Scope: String, Sendable, Hashable, CaseIterable {
    case incidentsWrite = "incidents:write"
    case postprocessWrite = "postprocess:write"
    case notificationsWrite = "notifications:write"
    /// Reading what machines may read at all.
    case read
}

/// What the gateway found out about an API key, as it tells the services behind. They never see the key itself.
package struct KeyGrant: Sendable, Hashable {
    /// The key's id, which is no secret.
    package let keyID: Identifier
    /// At least one.
    package let scopes: Set<Scope>
    /// The only account that the key is good for; nil for all of them.
    package let accountID: String?

    /// Longest account id that a key can be bound to.
    package static let accountBytesMax = 128
    /// No token of a key lives longer, so that a revoked key is worth nothing soon after, wherever its token went.
    package static let tokenLifetimeMax = Duration.seconds(300)

    /// `typ` of a key's token. A type of its own keeps it apart from users' tokens by more than the claims that it lacks
    /// (RFC 8725 section 3.12).
    static let tokenType = "key+jwt"

    /// - Returns: nil without a scope, or when `accountID` is not one by `isAccountID`.
    package init?(keyID: Identifier, scopes: Set<Scope>, accountID: String?) {
        guard !scopes.isEmpty, accountID.map(Self.isAccountID) ?? true else { return nil }
        self.keyID = keyID
        self.scopes = scopes
        self.accountID = accountID
    }

    /// Whether a text can be the id of an account: 1 to 128 letters, digits, dots, dashes, underscores of ASCII, the first
    /// a letter or digit. So an id can stand in a path, a header and a log as it is.
    package static func isAccountID(_ text: String) -> Bool {
        guard (1...accountBytesMax).contains(text.utf8.count), let first = text.utf8.first, isAlphanumeric(first)
        else { return false }
        return text.utf8.allSatisfy { isAlphanumeric($0) || $0 == 0x2D || $0 == 0x2E || $0 == 0x5F }
    }

    /// `scope` as tokens have it (RFC 8693 section 4.2): the names with spaces between, in a fixed order.
    package var scopeText: String {
        Scope.allCases.filter { scopes.contains($0) }.map(\.rawValue).joined(separator: " ")
    }

    /// The scopes of a token; nil when a name is unknown, stands twice or is followed by more than one space.
    package static func scopes(of text: String) -> Set<Scope>? {
        let names = text.split(separator: " ", omittingEmptySubsequences: false)
        var scopes: Set<Scope> = []
        for name in names {
            guard let scope = Scope(rawValue: String(name)), scopes.insert(scope).inserted else { return nil }
        }
        return scopes
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
    }
}
