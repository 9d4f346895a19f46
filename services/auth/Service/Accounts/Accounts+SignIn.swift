import Crypto
import Platform
import SQL

extension Accounts {
    /// Signs in with a username or an email address.
    ///
    /// For an unknown name everything happens as for a wrong password, the work of hashing included. A try counts as a
    /// failure from before its password is checked until it turns out right, so that tries sent at the same moment
    /// cannot outrun the count.
    ///
    /// - Throws: `.badCredentials`, `.disabled`, `.throttled`; `CryptoError.busy` when too many passwords are waiting.
    func signIn(login: String, password: String, from origin: ClientOrigin) async throws -> SignedIn {
        let key = UnicodeForm.caseFolded(login)
        let account = try await database.read { connection -> Account? in
            try connection.users.find(login: key).map { Account(user: $0.user, passwordHash: $0.passwordHash) }
        }
        let scope = account.map { FailureScope.account($0.user.id) } ?? .unknownName(key: key)
        return try await withTry(scope, from: origin) { attempt in
            guard try await hasher.verify(password, against: account?.passwordHash), let account else {
                try await record(SecurityEvent(kind: .loginFailed, userID: account?.user.id), from: origin)
                throw AccountError.badCredentials
            }
            let newHash =
                hasher.needsRehash(account.passwordHash) ? try await hasher.hash(password) : account.passwordHash
            return try await open(account, newHash: newHash, attempt, from: origin)
        }
    }

    /// An account as it was when the try began.
    struct Account: Sendable {
        let user: User
        let passwordHash: String
    }

    /// A try that is counted already.
    struct Attempt: Sendable {
        let scope: FailureScope
        let networkFailure: Identifier

        /// Takes the failures back after the password has proved right: all of the account, this one of the network.
        func forgive(in connection: any SQLConnection) throws(SQLError) {
            try connection.loginFailures.removeAll(of: scope)
            try connection.loginFailures.remove(networkFailure)
        }
    }

    /// Waits its turn, counts a failure for the account and the network unless one of them must wait, and runs `body`.
    ///
    /// - Throws: `.throttled`, or what `body` throws.
    func withTry<Result>(
        _ scope: FailureScope, from origin: ClientOrigin, _ body: (Attempt) async throws -> Result
    ) async throws -> Result {
        let network = FailureScope.network(origin.network)
        do {
            return try await turnstile.pass(scope.key, width: 1) {
                try await turnstile.pass(network.key, width: 4) {
                    let attempt = try await count(scope, network)
                    return try await body(attempt)
                }
            }
        } catch is Turnstile.Crowded {
            throw AccountError.throttled(.seconds(1), settings.accountThrottle.quota)
        }
    }

    private func count(_ scope: FailureScope, _ network: FailureScope) async throws -> Attempt {
        let now = time.wall
        return try await database.write { [settings] connection in
            let waits = try [(scope, settings.accountThrottle), (network, settings.networkThrottle)].compactMap {
                scope, throttle in
                throttle.wait(
                    for: try connection.loginFailures.history(of: scope, at: now, window: throttle.window), at: now
                ).map { (wait: $0, quota: throttle.quota) }
            }
            if let longest = waits.max(by: { $0.wait < $1.wait }) {
                throw AccountError.throttled(longest.wait, longest.quota)
            }
            _ = try connection.loginFailures.add(scope, at: now)
            return Attempt(scope: scope, networkFailure: try connection.loginFailures.add(network, at: now))
        }
    }

    private func open(
        _ account: Account, newHash: String, _ attempt: Attempt, from origin: ClientOrigin
    ) async throws -> SignedIn {
        let now = time.wall
        let (user, session) = try await database.write { [self] connection in
            // The account may have been shut, removed or given another password while this one was checked.
            guard var user = try connection.users.find(account.user.id),
                try connection.users.passwordHash(of: user.id) == account.passwordHash
            else { throw AccountError.badCredentials }
            guard user.disabledAt == nil else { throw AccountError.disabled }
            if newHash != account.passwordHash {
                _ = try connection.users.replacePasswordHash(
                    of: user.id, account.passwordHash, with: newHash, at: now)
            }
            try attempt.forgive(in: connection)
            try connection.users.setLastLogin(of: user.id, to: now)
            user.lastLogin = now
            let session = try openSession(for: user, from: origin, at: now, in: connection)
            try connection.audit.append(
                SecurityEvent(kind: .login, userID: user.id, sessionID: session.id), from: origin, at: now)
            return (user, session)
        }
        return try signedIn(user, session: session.id, session.token)
    }

    func record(_ event: SecurityEvent, from origin: ClientOrigin) async throws {
        let now = time.wall
        try await database.write { try $0.audit.append(event, from: origin, at: now) }
    }
}
