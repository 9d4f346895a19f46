import JSONCoding
import Platform
import SQL
import Tokens

/// What administrators do with API keys, over the database. What a key's holder does is `KeyGate`'s business.
final class APIKeys: Sendable {
    /// Keys that are not revoked; more are refused.
    static let keysMax = 1_000

    private let database: any SQLDatabase
    private let known: KnownKeys
    private let time: any TimeSource

    init(database: any SQLDatabase, known: KnownKeys, time: any TimeSource) {
        self.database = database
        self.known = known
        self.time = time
    }

    /// What is asked for; checked by `make`.
    struct Order: Sendable {
        var name: String?
        var scopes: Set<Scope>?
        var accountID: String?
        var lifetime: Duration?
    }

    /// Makes a key. The secret is in the answer and nowhere else.
    ///
    /// - Parameter problems: What was found wrong with the request before.
    /// - Throws: `.invalid` naming every bad field, `.taken` for the name of a key that is not revoked, `.tooManyKeys`.
    func make(
        _ order: Order, problems: [FieldProblem], by actor: Identifier, from origin: ClientOrigin
    ) async throws -> (key: APIKey, secret: APIKeySecret) {
        var problems = problems
        if let name = order.name, !Self.isName(name) {
            problems.append(
                FieldProblem(
                    field: "name", message: "must have no control characters, and no spaces at its beginning or end"))
        }
        if let account = order.accountID, !KeyGrant.isAccountID(account) {
            problems.append(
                FieldProblem(
                    field: "account_id",
                    message: "must be 1 to \(KeyGrant.accountBytesMax) letters, digits, dots, dashes and underscores, "
                        + "beginning with a letter or digit"))
        }
        let now = time.wall
        guard problems.isEmpty, let name = order.name, let scopes = order.scopes,
            let grant = KeyGrant(keyID: .make(at: now), scopes: scopes, accountID: order.accountID)
        else { throw AccountError.invalid(problems) }
        let secret = APIKeySecret()
        let key = APIKey(
            grant: grant, name: name, prefix: secret.prefix, createdBy: actor, createdAt: now,
            expiresAt: order.lifetime.map { now + $0 })
        do {
            try await database.write { connection in
                guard try connection.apiKeys.count() < Self.keysMax else { throw AccountError.tooManyKeys }
                try connection.apiKeys.insert(key, hash: secret.hash)
                try connection.audit.append(
                    SecurityEvent(kind: .apiKeyMade, actorID: actor, detail: key.facts), from: origin, at: now)
            }
        } catch let error as SQLError where error.code == .uniqueViolation {
            throw AccountError.taken([FieldProblem(field: "name", message: "is the name of another key")])
        }
        return (key, secret)
    }

    /// The keys that are not revoked, newest first, with their last use up to this moment.
    func list(before id: Identifier?, limit: Int) async throws -> [APIKey] {
        try await known.saveUses()
        return try await database.read { try $0.apiKeys.list(before: id, limit: limit) }
    }

    /// Makes a key worthless: at once in this process, within `KnownKeys.lifetime` in other replicas.
    ///
    /// - Throws: `.notFound`.
    func revoke(_ id: Identifier, by actor: Identifier, from origin: ClientOrigin) async throws {
        let now = time.wall
        try await database.write { [known] connection in
            guard let key = try connection.apiKeys.find(id), try connection.apiKeys.revoke(id, at: now) else {
                throw AccountError.notFound
            }
            try connection.audit.append(
                SecurityEvent(kind: .apiKeyRevoked, actorID: actor, detail: key.facts), from: origin, at: now)
            connection.afterCommit { known.forget(id) }
        }
    }

    private static func isName(_ text: String) -> Bool {
        text.first != " " && text.last != " "
            && text.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control }
    }
}

extension APIKey {
    /// What the audit log keeps of it.
    fileprivate var facts: JSONObject {
        [
            "key": .identifier(id), "name": .string(name), "scopes": .string(grant.scopeText),
            "account": grant.accountID.map { .string($0) } ?? .null,
        ]
    }
}
