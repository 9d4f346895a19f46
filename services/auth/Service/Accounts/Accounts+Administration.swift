import JSONCoding
import Platform
import SQL
import Tokens

extension Accounts {
    /// All accounts, newest first.
    func users(before id: Identifier?, limit: Int) async throws -> [User] {
        try await database.read { try $0.users.list(before: id, limit: limit) }
    }

    /// Changes an account's role or shuts or opens it; nil leaves as it is. A new role holds from the next refresh of
    /// the user's token, which comes at once because the present one is refused; a shut account is signed out.
    ///
    /// - Throws: `.notFound`; `.lastAdmin` when nobody would be left to administrate.
    func changeUser(
        _ id: Identifier, role: Role?, isDisabled: Bool?, by actor: Identifier, from origin: ClientOrigin
    ) async throws -> User {
        let now = time.wall
        return try await database.write { [standings] connection in
            guard var user = try connection.users.find(id) else { throw AccountError.notFound }
            let old = user
            user.role = role ?? user.role
            if let isDisabled, isDisabled != (user.disabledAt != nil) { user.disabledAt = isDisabled ? now : nil }
            guard user != old else { return user }
            let isAdmin = user.role == .admin && user.disabledAt == nil
            let wasAdmin = old.role == .admin && old.disabledAt == nil
            if wasAdmin, !isAdmin, try !connection.users.hasOtherAdmin(than: id) { throw AccountError.lastAdmin }
            try connection.users.update(user, at: now)
            if user.role != old.role {
                let detail: JSONObject = ["from": .string(old.role.rawValue), "to": .string(user.role.rawValue)]
                try connection.audit.append(
                    SecurityEvent(kind: .roleChanged, userID: id, actorID: actor, detail: detail), from: origin, at: now
                )
            }
            if user.disabledAt != old.disabledAt {
                if user.disabledAt != nil { try connection.sessions.revokeAll(of: id, at: now) }
                try connection.audit.append(
                    SecurityEvent(
                        kind: user.disabledAt == nil ? .accountEnabled : .accountDisabled, userID: id, actorID: actor),
                    from: origin, at: now)
            }
            connection.afterCommit { standings.forget(user: id) }
            return user
        }
    }
}
