import HTTPMessages
import HTTPServer
import JSONCoding
import Platform
import ServiceKit
import Tokens

extension AuthRoutes {
    func addKeys(to api: inout API) {
        // Idempotency-Key is not honoured: the answer holds the key, and must not be kept. A request that is sent twice
        // meets the name it has just taken.
        api.post(
            "/auth/api-keys", access: .role(.admin), summary: "Make an API key; only this answer shows it",
            body: .json(KeySchemas.order),
            answers: [
                .json(201, "The key", KeySchemas.made), .problem(409, "The name is taken, or there are too many keys"),
            ], bodyBytesMax: Self.bodyBytesMax, handler: answering(makeKey))
        api.get(
            "/auth/api-keys", access: .role(.admin), summary: "The keys that are not revoked, newest first",
            parameters: PageParameters.all, answers: [.json(200, "Keys", .array(of: KeySchemas.key))],
            handler: answering { [keys] request in
                let page = try PageRequest(request)
                let found = try await keys.list(before: page.before, limit: page.fetchCount)
                return page.response(found, of: request, id: \.id) { .object($0.json) }
            })
        api.delete(
            "/auth/api-keys/{id}", access: .role(.admin), summary: "Revoke a key; it is worth nothing from now on",
            answers: [.empty(204, "Revoked"), .problem(404, "No such key, or it was revoked before")],
            handler: answering { [keys, edge] request in
                try await keys.revoke(
                    try request.identifier(), by: try request.user.subject, from: edge.origin(of: request))
                return .empty(.noContent)
            })
    }

    private func makeKey(_ request: HTTPRequest) async throws -> HTTPResponse {
        let body = try await request.json(.object([]), bytesMax: Self.bodyBytesMax)
        var problems = KeySchemas.order.validate(body)
        // A field that has the wrong type or length is named by the schema; the others are looked at all the same.
        func good(_ field: String) -> JSONValue? {
            problems.contains { $0.field.hasPrefix(field) } ? nil : body[field]
        }
        var order = APIKeys.Order()
        order.name = good("name")?.string
        order.accountID = good("account_id")?.string
        order.lifetime = good("expires_in")?.integer.map { .seconds($0) }
        if let names = good("scopes")?.array?.compactMap(\.string) {
            let scopes = Set(names.compactMap { Scope(rawValue: $0) })
            if scopes.count != names.count {
                problems.append(FieldProblem(field: "scopes", message: "must not name a scope twice"))
            }
            order.scopes = scopes
        }
        let (key, secret) = try await keys.make(
            order, problems: problems, by: try request.user.subject, from: edge.origin(of: request))
        var json = key.json
        json["key"] = .string(secret.text)
        var response = HTTPResponse.json(.object(json), status: .created)
        response.fields.set(.cacheControl, "no-store")
        return response
    }
}

extension APIKey {
    /// As administrators see it.
    var json: JSONObject {
        [
            "id": .identifier(id), "name": .string(name), "prefix": .string(prefix),
            "scopes": .array(Scope.allCases.filter { grant.scopes.contains($0) }.map { .string($0.rawValue) }),
            "account_id": grant.accountID.map { .string($0) } ?? .null, "created_by": .identifier(createdBy),
            "created_at": .timestamp(createdAt), "expires_at": .optional(expiresAt),
            "last_used_at": .optional(lastUsedAt),
        ]
    }
}

/// What requests and answers about API keys look like.
enum KeySchemas {
    static let scope = JSONSchema.string(allowed: Scope.allCases.map(\.rawValue))
    static let lifetime = JSONSchema.integer(
        min: APIKey.lifetimes.lowerBound.components.seconds, max: APIKey.lifetimes.upperBound.components.seconds)

    static let order = JSONSchema.object(
        [
            ("name", .string(minLength: 1, maxLength: APIKey.nameMax).example("billing system")),
            ("scopes", .array(of: scope, minItems: 1, maxItems: Scope.allCases.count).example(["incidents:write"])),
            ("account_id", .nullable(.string()).described("The only account that the key is good for; all without it")),
            ("expires_in", .nullable(lifetime).described("Seconds; without it the key is good until it is revoked")),
        ], required: ["name", "scopes"])

    static let key = JSONSchema.object(members, required: members.map(\.0))
    static let made = JSONSchema.object(
        members + [("key", .string().described("The key itself, to be sent as X-API-Key. It is not shown again."))],
        required: members.map(\.0) + ["key"])

    private static let members: [(String, JSONSchema)] = [
        ("id", .identifier), ("name", .string()),
        ("prefix", .string().described("How the key begins").example("lk_3kf9Qz")), ("scopes", .array(of: scope)),
        ("account_id", .nullable(.string())), ("created_by", .identifier), ("created_at", .timestamp),
        ("expires_at", .nullable(.timestamp)),
        ("last_used_at", .nullable(.timestamp).described("At most a minute behind")),
    ]
}
