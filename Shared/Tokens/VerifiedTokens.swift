internal import Platform

/// Tokens that were found good, by the whole token: two generations of at most half the capacity each. A token that is
/// asked for moves to the younger one; when that is full it becomes the older, and what was not asked for since is
/// forgotten. That keeps what is in use, like a list by last use, without its upkeep on every request.
struct VerifiedTokens {
    private var young: [String: AccessClaims] = [:]
    private var old: [String: AccessClaims] = [:]
    private let generationMax: Int

    /// - Parameter capacity: The most tokens held, rounded down to an even number; below 2 nothing is remembered.
    init(capacity: Int) {
        generationMax = max(0, capacity / 2)
    }

    var count: Int { young.count + old.count }

    /// The claims of a remembered token that is valid at `now`; one that has expired is forgotten.
    mutating func claims(of token: String, at now: Timestamp) -> AccessClaims? {
        if let claims = young[token] {
            if now < claims.expiresAt { return claims }
            young[token] = nil
        } else if let claims = old.removeValue(forKey: token), now < claims.expiresAt {
            insert(token, claims)
            return claims
        }
        return nil
    }

    mutating func insert(_ token: String, _ claims: AccessClaims) {
        guard generationMax > 0 else { return }
        if young.count >= generationMax {
            old = young
            young = [:]
        }
        young[token] = claims
    }

    mutating func removeAll() {
        young = [:]
        old = [:]
    }
}
