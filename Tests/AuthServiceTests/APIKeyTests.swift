import Crypto
import HTTPMessages
import JSONCoding
import Platform
import SQL
import SQLiteStore
import ServiceTestSupport
import TestSupport
import Testing
import Tokens

@testable import AuthService

@Suite struct APIKeyTests {
    @Test func `A key is shown once, listed without itself, used, and revoked`() async throws {
        try await withGuarded { auth in
            let admin = try await auth.token("ada")
            let made = try await auth.makeKey(admin, ["name": "billing", "scopes": ["read", "incidents:write"]])
            #expect(made.status == 201)
            #expect(KeySchemas.made.validate(made.json).isEmpty)
            #expect(made.fields.first(.cacheControl) == "no-store")
            let key = try #require(made.json["key"]?.string)
            #expect(key.hasPrefix("lk_") && key.utf8.count == 46)
            #expect(made.json["expires_at"] == .null && made.json["last_used_at"] == .null)
            #expect(made.json["prefix"]?.string.map { key.hasPrefix($0) && $0.count == 9 } == true)

            let list = try await auth.send(.get, "/auth/api-keys", token: admin)
            #expect(!list.text.contains(key))
            #expect(list.json[0]?["scopes"] == ["incidents:write", "read"])
            #expect(list.json[0]?["last_used_at"] == .null)

            let seen = try await auth.use(key, "read/acme")
            #expect(seen.status == 200)
            #expect(seen.json["key"] == made.json["id"])
            #expect(seen.json["sees_key"] == false)
            #expect(!seen.text.contains(key))
            let used = try await auth.send(.get, "/auth/api-keys", token: admin)
            #expect(used.json[0]?["last_used_at"]?.string != nil)

            let id = try #require(made.json["id"]?.string)
            #expect(try await auth.send(.delete, "/auth/api-keys/\(id)", token: admin).status == 204)
            #expect(try await auth.use(key, "read/acme").status == 401)
            #expect(try await auth.send(.delete, "/auth/api-keys/\(id)", token: admin).status == 404)
            #expect(try await auth.send(.get, "/auth/api-keys", token: admin).json == [])
            #expect(try await auth.makeKey(admin, ["name": "billing", "scopes": ["read"]]).status == 201)
        }
    }

    @Test func `Keys are the administrators' business, and no key makes keys`() async throws {
        try await withGuarded { auth in
            let admin = try await auth.token("ada")
            let student = try await auth.token("eve")
            let made = try await auth.makeKey(
                admin, ["name": "all", "scopes": .array(Self.scopes.map { .string($0) })])
            let key = try #require(made.json["key"]?.string)
            let id = try #require(made.json["id"]?.string)
            for (token, status) in [(nil, 401), (student, 403)] {
                #expect(try await auth.send(.get, "/auth/api-keys", token: token).status == status)
                #expect(try await auth.send(.delete, "/auth/api-keys/\(id)", token: token).status == status)
                let order: JSONValue = ["name": "x", "scopes": ["read"]]
                #expect(try await auth.send(.post, "/auth/api-keys", token: token, json: order).status == status)
            }
            for path in ["/auth/api-keys", "/auth/me", "/auth/users", "/auth/sessions"] {
                #expect(try await auth.send(.get, path, fields: ["X-API-Key": key]).status == 401, "\(path)")
                #expect(try await auth.send(.get, path, token: key).status == 401, "\(path)")
            }
        }
    }

    @Test(
        "Every bad field is named at once",
        arguments: [
            ([:], ["name", "scopes"]),
            (["name": "", "scopes": []], ["name", "scopes"]),
            (["name": " a", "scopes": ["root"]], ["name", "scopes[0]"]),
            (["name": "a\nb", "scopes": ["read", "read"], "account_id": ""], ["account_id", "name", "scopes"]),
            (["name": "a", "scopes": ["read"], "account_id": "../x", "expires_in": 59], ["account_id", "expires_in"]),
            (["name": "a", "scopes": ["read"], "expires_in": 315_360_001], ["expires_in"]),
            (["name": "a", "scopes": "read", "account_id": 7], ["account_id", "scopes"]),
            (["name": .string(String(repeating: "a", count: 101)), "scopes": ["read"]], ["name"]),
        ] as [(JSONValue, [String])])
    func badFields(body: JSONValue, fields: [String]) async throws {
        try await withAuth { auth in
            let answer = try await auth.makeKey(try await auth.token("ada"), body)
            #expect(answer.status == 422)
            #expect(answer.json["errors"]?.array?.compactMap { $0["field"]?.string }.sorted() == fields)
        }
    }

    @Test func `A request that is sent twice makes one key`() async throws {
        try await withAuth { auth in
            let admin = try await auth.token("ada")
            let order: JSONValue = [
                "name": .string(String(repeating: "a", count: 100)), "scopes": ["read"],
                "account_id": .string(String(repeating: "a", count: 128)), "expires_in": 315_360_000,
            ]
            #expect(try await auth.makeKey(admin, order).status == 201)
            let again = try await auth.makeKey(admin, order)
            #expect(again.status == 409)
            #expect(again.json["errors"]?[0]?["field"]?.string == "name")
        }
    }

    private static let scopes = Scope.allCases.map(\.rawValue)
    /// The routes of `GuardedProgram` and the scope that lets a key in; nil for those that let none in.
    private static let routes: [(kind: String, scope: String?)] = [
        ("visitor", nil), ("user", nil), ("staff", nil), ("admin", nil), ("service", nil), ("read", "read"),
        ("incidents", "incidents:write"), ("postprocess", "postprocess:write"),
        ("notifications", "notifications:write"),
    ]

    @Test func `Key by scope by account by kind of route: nobody comes in who should not`() async throws {
        let time = ManualTime()
        try await withGuarded(["KEY_FAILURES_PER_ADDRESS": "1000000"], time: time) { auth in
            let admin = try await auth.token("ada")
            for scope in Self.scopes {
                for account in [nil, "acme"] {
                    for fate in ["good", "expired", "revoked"] {
                        let name = "\(scope) \(account ?? "-") \(fate)"
                        var order: JSONObject = ["name": .string(name), "scopes": [.string(scope)]]
                        if let account { order["account_id"] = .string(account) }
                        if fate == "expired" { order["expires_in"] = 60 }
                        let made = try await auth.makeKey(admin, .object(order)).json
                        let key = try #require(made["key"]?.string)
                        let id = try #require(made["id"]?.string)
                        #expect(try await auth.use(key, "open/any").status == 200, "\(name)")
                        if fate == "expired" { time.advance(by: .seconds(60)) }
                        if fate == "revoked" {
                            #expect(try await auth.send(.delete, "/auth/api-keys/\(id)", token: admin).status == 204)
                        }
                        for (kind, wanted) in Self.routes {
                            for asked in ["acme", "other"] {
                                let expected =
                                    if fate != "good" || kind == "service" {
                                        401
                                    } else if wanted != scope {
                                        403
                                    } else {
                                        account == nil || account == asked ? 200 : 404
                                    }
                                let answer = try await auth.use(key, "\(kind)/\(asked)")
                                #expect(answer.status == expected, "\(name): \(kind)/\(asked) \(answer.text)")
                            }
                        }
                    }
                }
            }
        }
    }

    @Test func `What a service saw of a key is worth nothing to anybody else`() async throws {
        try await withGuarded { auth in
            let admin = try await auth.token("ada")
            let key = try await auth.key(admin, ["read"])
            let bearer = try #require(try await auth.use(key, "read/a").json["bearer"]?.string)
            for path in ["/api/incidents/read/a", "/api/incidents/user/a", "/auth/me", "/auth/users"] {
                #expect(try await auth.send(.get, path, fields: [.authorization: bearer]).status == 401, "\(path)")
            }
        }
    }

    @Test func `Two credentials are one too many, and headers cannot claim a key`() async throws {
        try await withGuarded { auth in
            let admin = try await auth.token("ada")
            let key = try await auth.key(admin, ["read"])
            let both = try await auth.send(
                .get, "/api/incidents/read/a", token: admin, fields: ["X-API-Key": key])
            #expect(both.status == 400)
            #expect(both.json["code"]?.string == "two_credentials")
            #expect(
                try await auth.send(
                    .get, "/api/incidents/read/a", fields: ["X-API-Key": key, .authorization: "Basic eA=="]
                ).status == 400)
            for name in ["X-Lectern-Key", "X-Key-Id", "X-Account-Id", "X-Internal-Grant", "X-Auth-Scope"] {
                let answer = try await auth.send(
                    .get, "/api/incidents/read/a", fields: [HTTPFieldName(name): "incidents:write"])
                #expect(answer.status == 401, "\(name)")
            }
        }
    }

    @Test func `Every key that is not good gets the same answer, and too many get none`() async throws {
        let time = ManualTime()
        try await withGuarded(["KEY_FAILURES_PER_ADDRESS": "10"], time: time) { auth in
            let admin = try await auth.token("ada")
            let inUse = try await auth.key(admin, ["read"], name: "in use")
            let fresh = try await auth.key(admin, ["read"], name: "fresh")
            #expect(try await auth.use(inUse, "read/a").status == 200)
            let wrong: [HTTPFields] = [
                ["X-API-Key": ""], ["X-API-Key": "lk_"], ["X-API-Key": "x"], ["X-API-Key": .init(fresh.dropLast())],
                ["X-API-Key": fresh + "A"], ["X-API-Key": fresh.uppercased()],
                ["X-API-Key": APIKeySecret().text], ["X-API-Key": fresh + ", " + inUse],
                ["X-API-Key": String(repeating: "x", count: 4_000)],
            ]
            var texts: Set<String> = []
            for fields in wrong {
                let answer = try await auth.send(.get, "/api/incidents/read/a", fields: fields)
                #expect(answer.status == 401)
                #expect(answer.fields.first(.wwwAuthenticate) == "Bearer")
                var document = answer.json.object ?? JSONObject()
                document["request_id"] = nil
                texts.insert(JSONValue.object(document).text)
            }
            #expect(texts.count == 1)
            var twice: HTTPFields = ["X-API-Key": inUse]
            twice.append("X-API-Key", inUse)
            #expect(try await auth.send(.get, "/api/incidents/read/a", fields: twice).status == 401)

            let refused = try await auth.use(fresh, "read/a")
            #expect(refused.status == 429)
            #expect(refused.fields.first(.retryAfter) == "90")
            #expect(try await auth.use(inUse, "read/a").status == 200)
            time.advance(by: .seconds(90))
            #expect(try await auth.use(fresh, "read/a").status == 200)
        }
    }

    @Test func `Wrong keys at the same time get no further than one after another`() async throws {
        try await withGuarded(["KEY_FAILURES_PER_ADDRESS": "5"], time: ManualTime()) { auth in
            let statuses = await inParallel(60) { _ in try await auth.use(APIKeySecret().text, "read/a").status }
                .map { try? $0.get() }
            #expect(statuses.count { $0 == 401 } == 5)
            #expect(statuses.count { $0 == 429 } == 55)
        }
    }

    @Test func `Keys outlive a restart, their last use too`() async throws {
        let folder = try TemporaryFolder()
        let time = ManualTime()
        var key = ""
        try await withService(EchoProgram.self) { echo in
            try await withAuth(["NOTIFY_URL": echo.baseURL], folder: folder.path, time: time) { auth in
                key = try await auth.key(try await auth.token("ada"), ["read"])
                #expect(try await auth.use(key, "x").status == 200)
            }
            try await withAuth(["NOTIFY_URL": echo.baseURL], folder: folder.path, time: time) { auth in
                let admin = try #require(try await auth.login("ada").json["access_token"]?.string)
                let listed = try await auth.send(.get, "/auth/api-keys", token: admin)
                #expect(listed.json[0]?["last_used_at"]?.string == time.wall.rfc3339)
                #expect(try await auth.use(key, "x").status == 200)
            }
        }
    }

    @Test func `Another replica notices a revocation within seconds`() async throws {
        let fixture = try await AccountsFixture()
        let here = KnownKeys(database: fixture.database, time: fixture.time)
        let there = KnownKeys(database: fixture.database, time: fixture.time)
        let keys = APIKeys(database: fixture.database, known: here, time: fixture.time)
        let (key, secret) = try await keys.make(
            APIKeys.Order(name: "a", scopes: [.read], accountID: nil, lifetime: nil), problems: [], by: .make(),
            from: fixture.origin)
        for known in [here, there] { #expect(try await known.find(secret.hash)?.key.id == key.id) }
        try await keys.revoke(key.id, by: .make(), from: fixture.origin)
        #expect(try await here.find(secret.hash) == nil)
        fixture.time.advance(by: KnownKeys.lifetime)
        #expect(try await there.find(secret.hash) == nil)
        let kinds = try await fixture.database.read { connection in
            try connection.query("SELECT kind FROM audit_log ORDER BY id").map { try $0.get("kind", as: String.self) }
        }
        #expect(kinds == ["api_key_made", "api_key_revoked"])
        let stored = try await fixture.database.read { connection in
            try connection.first("SELECT hash FROM api_keys")?.get("hash", as: [UInt8].self)
        }
        #expect(stored == SHA256.digest(of: secret.text.utf8))
    }
}

extension AuthClient {
    fileprivate func makeKey(_ admin: String, _ order: JSONValue) async throws -> RunningService.Answer {
        try await send(.post, "/auth/api-keys", token: admin, json: order)
    }

    /// A new key with these scopes.
    fileprivate func key(_ admin: String, _ scopes: [String], name: String = "key") async throws -> String {
        let made = try await makeKey(
            admin, ["name": .string(name), "scopes": .array(scopes.map { .string($0) })])
        return try #require(made.json["key"]?.string)
    }

    /// Calls a route of the guarded service with a key.
    fileprivate func use(_ key: String, _ path: String) async throws -> RunningService.Answer {
        try await send(.get, "/api/incidents/\(path)", fields: ["X-API-Key": key])
    }
}
