import Platform

/// The rules for trading in a refresh token. Value in, decision out; storage does what it says, in one transaction.
///
/// A family is one sign-in: the chain of tokens that follow from it. At every moment exactly one token of a living family
/// is unspent. A spent token is a sign that two parties hold the chain, so it ends the whole family, except within a
/// short grace in which honest clients race with themselves (two tabs, a lost answer): then the holder gets the unspent
/// token at the end of the chain, not one of his own, so that no second chain ever comes to be.
struct RefreshFamily: Sendable {
    /// How long a spent token still leads to its successor.
    static let grace = Duration.seconds(10)

    /// What storage knows of one token.
    struct Token: Sendable, Hashable {
        let expiresAt: Timestamp
        /// When it was traded in, if it was.
        var spentAt: Timestamp?
        /// Its successor, readable only with the token itself; gone after the grace.
        var sealedSuccessor: [UInt8]?
    }

    enum Decision: Sendable, Hashable {
        /// Spend the token and make its successor.
        case rotate
        /// Go on with the successor that is sealed in the row.
        case follow(sealed: [UInt8])
        /// A spent token came back: end the family.
        case revoke
        /// Nothing to be had with this token.
        case refuse
    }

    /// When the family was ended by sign-out, a changed password, reuse or an administrator.
    var revokedAt: Timestamp?

    func decide(on token: Token, at now: Timestamp) -> Decision {
        guard revokedAt == nil else { return .refuse }
        if let spentAt = token.spentAt {
            // A clock that was set back makes the age negative; that is no reason to sign anybody out.
            if now.duration(since: spentAt) < Self.grace, let sealed = token.sealedSuccessor {
                return .follow(sealed: sealed)
            }
            return .revoke
        }
        return now < token.expiresAt ? .rotate : .refuse
    }
}
