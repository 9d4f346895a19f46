import Platform
import SQL

extension Accounts {
    /// Trades a refresh token for a new pair, by the rules of `RefreshFamily`.
    ///
    /// - Throws: `.badRefreshToken` for every token that gets nothing. If it was a spent one, its session has ended.
    func refresh(_ text: String, from origin: ClientOrigin) async throws -> SignedIn {
        guard let presented = RefreshToken(text: text) else { throw AccountError.badRefreshToken }
        let now = time.wall
        let outcome = try await database.write { [self] connection in
            try trade(presented, from: origin, at: now, in: connection)
        }
        switch outcome {
        case .granted(let user, let sessionID, let token):
            return try signedIn(user, session: sessionID, token)
        case .refused:
            throw AccountError.badRefreshToken
        }
    }

    private enum Trade: Sendable {
        case granted(User, sessionID: Identifier, RefreshToken)
        /// Returned, not thrown, because the end of a family must be committed.
        case refused
    }

    private func trade(
        _ presented: RefreshToken, from origin: ClientOrigin, at now: Timestamp, in connection: any SQLConnection
    ) throws -> Trade {
        guard let (sessionID, state) = try connection.refreshTokens.find(presented),
            let session = try connection.sessions.find(sessionID),
            let user = try connection.users.find(session.userID)
        else { return .refused }
        let family = RefreshFamily(revokedAt: session.revokedAt ?? user.disabledAt)
        switch family.decide(on: state, at: now) {
        case .refuse:
            return .refused
        case .rotate:
            let successor = RefreshToken()
            let expiresAt = now + settings.refreshTokenLifetime
            try connection.refreshTokens.spend(presented, sealedSuccessor: presented.seal(successor), at: now)
            try connection.refreshTokens.insert(successor, session: sessionID, issuedAt: now, expiresAt: expiresAt)
            try connection.sessions.touch(sessionID, at: now, expiresAt: expiresAt)
            return .granted(user, sessionID: sessionID, successor)
        case .follow(let sealed):
            let end = try endOfChain(from: presented, sealed: sealed, family, at: now, in: connection)
            return end.map { .granted(user, sessionID: sessionID, $0) } ?? .refused
        case .revoke:
            _ = try connection.sessions.revoke(sessionID, of: user.id, at: now)
            try connection.audit.append(
                SecurityEvent(kind: .refreshReused, userID: user.id, sessionID: sessionID), from: origin, at: now)
            connection.afterCommit { [standings] in standings.forget(session: sessionID) }
            return .refused
        }
    }

    /// The one unspent token that a chain of tokens spent within the grace leads to.
    private func endOfChain(
        from token: RefreshToken, sealed: [UInt8], _ family: RefreshFamily, at now: Timestamp,
        in connection: any SQLConnection
    ) throws(SQLError) -> RefreshToken? {
        var token = token
        var sealed = sealed
        // Each step was a rotation within the last seconds, so the way is short.
        for _ in 0..<1_000 {
            guard let successor = token.unseal(sealed),
                let (_, state) = try connection.refreshTokens.find(successor)
            else { return nil }
            switch family.decide(on: state, at: now) {
            case .rotate: return successor
            case .follow(let next): (token, sealed) = (successor, next)
            case .revoke, .refuse: return nil
            }
        }
        return nil
    }
}
