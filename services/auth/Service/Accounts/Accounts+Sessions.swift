import Crypto
import Platform
import SQL
import Tokens

extension Accounts {
    /// How long a ticket for a WebSocket is good.
    static let ticketLifetime = Duration.seconds(30)

    /// Where the user is signed in, newest first.
    func sessions(of userID: Identifier, before id: Identifier?, limit: Int) async throws -> [Session] {
        let now = time.wall
        return try await database.read { try $0.sessions.live(of: userID, at: now, before: id, limit: limit) }
    }

    /// Ends one of the user's own sessions.
    ///
    /// - Throws: `.notFound` when it is not his, or has ended.
    func endSession(_ id: Identifier, of userID: Identifier, as kind: SecurityEvent.Kind, from origin: ClientOrigin)
        async throws
    {
        let now = time.wall
        try await database.write { [standings] connection in
            guard try connection.sessions.revoke(id, of: userID, at: now) else { throw AccountError.notFound }
            try connection.audit.append(
                SecurityEvent(kind: kind, userID: userID, sessionID: id), from: origin, at: now)
            connection.afterCommit { standings.forget(session: id) }
        }
    }

    /// Ends the session that a refresh token, spent or not, belongs to. Does nothing for unknown tokens and ended
    /// sessions: signing out twice is no mistake.
    func endSession(of refreshToken: String, from origin: ClientOrigin) async throws {
        guard let token = RefreshToken(text: refreshToken) else { return }
        let session = try await database.read { connection -> Session? in
            guard let (id, _) = try connection.refreshTokens.find(token) else { return nil }
            return try connection.sessions.find(id)
        }
        guard let session else { return }
        do {
            try await endSession(session.id, of: session.userID, as: .logout, from: origin)
        } catch AccountError.notFound {
            return
        }
    }

    /// Ends all of the user's sessions, or all but one.
    func endAllSessions(of userID: Identifier, except kept: Identifier? = nil, from origin: ClientOrigin) async throws {
        let now = time.wall
        try await database.write { [standings] connection in
            try connection.sessions.revokeAll(of: userID, except: kept, at: now)
            try connection.audit.append(SecurityEvent(kind: .logoutAll, userID: userID), from: origin, at: now)
            connection.afterCommit { standings.forget(user: userID) }
        }
    }

    /// A ticket that opens one WebSocket within half a minute, because browsers cannot send a header with one.
    func makeTicket(for claims: AccessClaims) async throws -> String {
        let ticket = randomBytes(32)
        let now = time.wall
        try await database.write { connection in
            try connection.tickets.insert(ticket, session: claims.sessionID, expiresAt: now + Self.ticketLifetime)
        }
        return Base64.encodeURL(ticket)
    }

    /// Uses a ticket up and gives an access token for its session.
    ///
    /// - Throws: `.badCredentials` when the ticket is not good, or its session has ended.
    func redeemTicket(_ text: String) async throws -> (token: String, userID: Identifier) {
        guard let ticket = Base64.decodeURL(text), ticket.count == 32 else { throw AccountError.badCredentials }
        let now = time.wall
        let sessionID = try await database.write { try $0.tickets.take(ticket, at: now) }
        guard let sessionID, let standing = try await standings.standing(of: sessionID) else {
            throw AccountError.badCredentials
        }
        let token = try accessToken(for: standing.userID, role: standing.role, session: sessionID)
        return (token, standing.userID)
    }
}
