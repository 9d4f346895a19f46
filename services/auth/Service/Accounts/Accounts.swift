import Crypto
import JSONCoding
import Logs
import Platform
import SQL
import Tokens

/// What people do with their accounts: the rules of auth, over its database. Knows nothing of HTTP.
///
/// Each use is one transaction where it changes something, the entry in the audit log included.
final class Accounts: Sendable {
    let database: any SQLDatabase
    let settings: AuthSettings
    let hasher: PasswordHasher
    let keyring: SigningKeyring
    let standings: SessionStandings
    let turnstile = Turnstile()
    let time: any TimeSource

    init(
        database: any SQLDatabase, settings: AuthSettings, hasher: PasswordHasher, keyring: SigningKeyring,
        time: any TimeSource
    ) {
        self.database = database
        self.settings = settings
        self.hasher = hasher
        self.keyring = keyring
        self.time = time
        standings = SessionStandings(database: database, time: time)
    }

    /// What a client gets when it signs in or refreshes.
    struct SignedIn: Sendable {
        let user: User
        let sessionID: Identifier
        let accessToken: String
        let expiresIn: Duration
        let refreshToken: RefreshToken
    }

    /// Signs the access token that goes with a session.
    func signedIn(_ user: User, session id: Identifier, _ refreshToken: RefreshToken) throws -> SignedIn {
        let lifetime = settings.accessTokenLifetime
        return SignedIn(
            user: user, sessionID: id, accessToken: try accessToken(for: user.id, role: user.role, session: id),
            expiresIn: lifetime, refreshToken: refreshToken)
    }

    func accessToken(for user: Identifier, role: Role, session: Identifier) throws -> String {
        let now = time.wall
        return try keyring.sign(
            AccessClaims(
                subject: user, role: role, sessionID: session, issuedAt: now,
                expiresAt: now + settings.accessTokenLifetime))
    }

    /// Starts a session within the caller's transaction.
    func openSession(
        for user: User, from origin: ClientOrigin, at now: Timestamp, in connection: any SQLConnection
    ) throws(SQLError) -> (id: Identifier, token: RefreshToken) {
        let token = RefreshToken()
        let expiresAt = now + settings.refreshTokenLifetime
        let session = Session(
            id: .make(at: now), userID: user.id, userAgent: origin.userAgent, address: origin.address, createdAt: now,
            lastUsedAt: now, expiresAt: expiresAt)
        try connection.sessions.insert(session)
        try connection.refreshTokens.insert(token, session: session.id, issuedAt: now, expiresAt: expiresAt)
        return (session.id, token)
    }

    /// The value that `make` gives, or its refusal added to `problems` under `field`.
    func collect<Value>(
        _ field: String, into problems: inout [FieldProblem], _ make: () throws(FieldRefusal) -> Value
    ) -> Value? {
        do {
            return try make()
        } catch {
            problems.append(FieldProblem(field: field, message: error.message))
            return nil
        }
    }

    /// Checks a wanted password; a refusal is added to `problems` under `field`.
    func checkPassword(
        _ password: String, field: String, username: Username?, email: EmailAddress?,
        into problems: inout [FieldProblem]
    ) async throws {
        do {
            try await PasswordPolicy(hasher: hasher).check(password, username: username, email: email)
        } catch let refusal as FieldRefusal {
            problems.append(FieldProblem(field: field, message: refusal.message))
        }
    }
}
