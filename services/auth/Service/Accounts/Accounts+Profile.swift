import Crypto
import JSONCoding
import Platform
import SQL

extension Accounts {
    /// - Throws: `.notFound` when the account is gone.
    func user(_ id: Identifier) async throws -> User {
        guard let user = try await database.read({ try $0.users.find(id) }) else { throw AccountError.notFound }
        return user
    }

    /// Changes name or address; nil leaves one as it is.
    ///
    /// - Throws: `.invalid`, `.taken`, `.notFound`.
    func changeProfile(
        of id: Identifier, username: String?, email: String?, from origin: ClientOrigin
    ) async throws -> User {
        var problems: [FieldProblem] = []
        let name = username.flatMap { text in
            collect("username", into: &problems) { () throws(FieldRefusal) in try Username(text) }
        }
        let address = email.flatMap { text in
            collect("email", into: &problems) { () throws(FieldRefusal) in try EmailAddress(text) }
        }
        guard problems.isEmpty else { throw AccountError.invalid(problems) }
        let now = time.wall
        return try await database.write { connection in
            guard var user = try connection.users.find(id) else { throw AccountError.notFound }
            let old = user
            user.username = name ?? user.username
            user.email = address ?? user.email
            guard user != old else { return user }
            try Self.requireFree(user.username, user.email, except: id, in: connection)
            try connection.users.update(user, at: now)
            let changed = [("username", user.username != old.username), ("email", user.email != old.email)]
            try connection.audit.append(
                SecurityEvent(
                    kind: .profileChanged, userID: id,
                    detail: ["fields": .array(changed.filter(\.1).map { .string($0.0) })]),
                from: origin, at: now)
            return user
        }
    }

    /// Sets a new password, ends all sessions and starts a fresh one, so that whoever knew the old password or held a
    /// token is out.
    ///
    /// - Throws: `.wrongPassword`, which counts like a failed sign-in, `.throttled`, `.invalid`, `.notFound`.
    func changePassword(
        of id: Identifier, current: String, new: String, from origin: ClientOrigin
    ) async throws -> SignedIn {
        let account = try await database.read { connection -> Account? in
            guard let user = try connection.users.find(id), let hash = try connection.users.passwordHash(of: id) else {
                return nil
            }
            return Account(user: user, passwordHash: hash)
        }
        guard let account else { throw AccountError.notFound }
        return try await withTry(.account(id), from: origin) { attempt in
            guard try await hasher.verify(current, against: account.passwordHash) else {
                try await record(SecurityEvent(kind: .passwordChangeFailed, userID: id), from: origin)
                throw AccountError.wrongPassword
            }
            try await database.write { try attempt.forgive(in: $0) }
            var problems: [FieldProblem] = []
            try await checkPassword(
                new, field: "new_password", username: account.user.username, email: account.user.email, into: &problems)
            guard problems.isEmpty else { throw AccountError.invalid(problems) }
            return try await replacePassword(account, with: try await hasher.hash(new), from: origin)
        }
    }

    private func replacePassword(
        _ account: Account, with hash: String, from origin: ClientOrigin
    ) async throws -> SignedIn {
        let now = time.wall
        let id = account.user.id
        let (user, session) = try await database.write { [self] connection in
            guard
                try connection.users.replacePasswordHash(of: id, account.passwordHash, with: hash, at: now),
                let user = try connection.users.find(id), user.disabledAt == nil
            else { throw AccountError.wrongPassword }
            try connection.sessions.revokeAll(of: id, at: now)
            let session = try openSession(for: user, from: origin, at: now, in: connection)
            try connection.audit.append(
                SecurityEvent(kind: .passwordChanged, userID: id, sessionID: session.id), from: origin, at: now)
            connection.afterCommit { [standings] in standings.forget(user: id) }
            return (user, session)
        }
        return try signedIn(user, session: session.id, session.token)
    }
}
