import Crypto
import HTTPMessages
import JSONCoding
import Platform
import ServiceTestSupport
import TestSupport
import Testing
import Tokens

@testable import AuthService

@Suite struct AuthRoutesTests {
    @Test func `Registering, signing in and the own account have the promised shapes`() async throws {
        try await withAuth { auth in
            let registered = try await auth.register("Ada")
            #expect(registered.object?.keys == ["access_token", "refresh_token", "token_type", "expires_in", "user"])
            #expect(registered["token_type"]?.string == "Bearer")
            #expect(registered["expires_in"]?.integer == 900)
            #expect(registered["user"]?["role"]?.string == "admin")
            #expect(registered["user"]?["last_login"] == .null)
            let answer = try await auth.login("ADA@example.org")
            #expect(answer.status == 200)
            #expect(answer.fields.first(.cacheControl) == "no-store")
            #expect(answer.json.object?.keys == registered.object?.keys)
            #expect(answer.json["user"]?["last_login"]?.string.flatMap { Timestamp(rfc3339: $0) } != nil)
            let token = try #require(answer.json["access_token"]?.string)
            let me = try await auth.send(.get, "/auth/me", token: token)
            #expect(me.json == answer.json["user"])
            #expect(AuthSchemas.signedIn.validate(answer.json).isEmpty)
        }
    }

    @Test(
        "Every bad field is named at once",
        arguments: [
            ([:], ["email", "password", "username"]),
            (["username": 1, "email": [:], "password": .null], ["email", "password", "username"]),
            (["username": "a/b", "email": "x", "password": "short"], ["email", "password", "username"]),
            (["username": "ada", "email": "ada@example.org", "password": "ada@example.org"], ["password"]),
            (["username": "ada", "password": "password1"], ["email", "password"]),
            (["username": "", "email": "", "password": ""], ["email", "password", "username"]),
        ] as [(JSONValue, [String])])
    func badFields(body: JSONValue, fields: [String]) async throws {
        try await withAuth { auth in
            let answer = try await auth.send(.post, "/auth/register", json: body)
            #expect(answer.status == 422)
            #expect(answer.json["errors"]?.array?.compactMap { $0["field"]?.string }.sorted() == fields)
            #expect(answer.json["status_code"]?.integer == 422)
        }
    }

    @Test func `Bodies that are no JSON, too large or of another type are refused`() async throws {
        try await withAuth { auth in
            for path in ["/auth/register", "/auth/login", "/auth/refresh", "/auth/logout"] {
                let malformed = try await auth.service.send(
                    .post, path, body: Array("{".utf8), fields: [.contentType: "application/json"])
                #expect(malformed.status == 400)
                let twice = try await auth.service.send(
                    .post, path, body: Array(#"{"username":"a","username":"b"}"#.utf8),
                    fields: [.contentType: "application/json"])
                #expect(twice.status == 400)
                let text = try await auth.service.send(
                    .post, path, body: Array("{}".utf8), fields: [.contentType: "text/plain"])
                #expect(text.status == 415)
                let large = try await auth.send(
                    .post, path, json: ["x": .string(String(repeating: "x", count: 70_000))])
                #expect(large.status == 413)
                let list = try await auth.send(.post, path, json: [])
                #expect(list.status == 422)
            }
            #expect(try await auth.send(.get, "/auth/login").status == 405)
        }
    }

    @Test func `Names that are taken are a conflict that names them`() async throws {
        try await withAuth { auth in
            _ = try await auth.register("Ada")
            let answer = try await auth.send(
                .post, "/auth/register",
                json: ["username": "aDA", "email": "ADA@EXAMPLE.ORG", "password": .string(AuthClient.password)])
            #expect(answer.status == 409)
            #expect(answer.json["errors"]?.array?.compactMap { $0["field"]?.string } == ["username", "email"])
        }
    }

    @Test func `A closed installation makes no accounts`() async throws {
        try await withAuth(["REGISTRATION": "closed"]) { auth in
            let answer = try await auth.send(
                .post, "/auth/register",
                json: ["username": "ada", "email": "ada@example.org", "password": .string(AuthClient.password)])
            #expect(answer.status == 403)
            #expect(answer.json["code"]?.string == "registration_closed")
        }
    }

    @Test func `An unknown user and a wrong password get the same answer`() async throws {
        try await withAuth { auth in
            _ = try await auth.register("ada")
            func comparable(_ answer: RunningService.Answer) -> (JSONObject, [String]) {
                var object = answer.json.object ?? [:]
                object["request_id"] = nil
                return (object, answer.fields.filter { $0.name != .date && $0.name != .xRequestID }.map { "\($0)" })
            }
            let wrong = comparable(try await auth.login("ada", "wrong"))
            let unknown = comparable(try await auth.login("nobody", "wrong"))
            #expect(wrong.0 == unknown.0)
            #expect(wrong.1 == unknown.1)
            #expect(wrong.0["status"]?.integer == 401)
            #expect(wrong.0["code"]?.string == "invalid_credentials")
        }
    }

    @Test func `Too many failures are told to wait, also after a restart and whatever X-Forwarded-For says`()
        async throws
    {
        let folder = try TemporaryFolder()
        try await withAuth(folder: folder.path) { auth in
            _ = try await auth.register("ada")
            for index in 0..<5 {
                let answer = try await auth.send(
                    .post, "/auth/login", json: ["username": "ada", "password": "wrong"],
                    fields: [.xForwardedFor: "203.0.113.\(index)"])
                #expect(answer.status == 401)
            }
        }
        try await withAuth(folder: folder.path) { auth in
            let answer = try await auth.login("ada")
            #expect(answer.status == 429)
            let seconds = try #require(answer.json["retry_after"]?.integer)
            #expect((1...30).contains(seconds))
            #expect(answer.fields.first(.retryAfter) == String(seconds))
            #expect(answer.json["code"]?.string == "too_many_attempts")
            #expect(answer.fields.first(.rateLimitPolicy) == #""login";q=5;w=900"#)
            #expect(answer.fields.first(.rateLimit) == "\"login\";r=0;t=\(seconds)")
            // The address has its own, larger budget: others can still sign in from it.
            #expect(try await auth.login("nobody").status == 401)
        }
    }

    @Test func `Behind a trusted proxy each client has a budget of its own`() async throws {
        try await withAuth(["TRUSTED_PROXIES": "127.0.0.0/8, ::1", "LOGIN_FAILURES_PER_ADDRESS": "2"]) { auth in
            func status(_ address: String, _ name: String) async throws -> Int {
                try await auth.send(
                    .post, "/auth/login", json: ["username": .string(name), "password": "wrong"],
                    fields: [.xForwardedFor: "10.0.0.9, \(address)"]
                ).status
            }
            var statuses: [Int] = []
            for (address, name) in [("1", "a1"), ("1", "a2"), ("1", "a3"), ("2", "a4")] {
                statuses.append(try await status("198.51.100.\(address)", name))
            }
            #expect(statuses == [401, 401, 429, 401])
        }
    }

    @Test func `Refresh, reuse and sign-out, seen from outside`() async throws {
        try await withAuth { auth in
            let first = try await auth.register("ada")
            let refresh = try #require(first["refresh_token"])
            let answers = await inParallel(50) { _ in
                try await auth.send(.post, "/auth/refresh", json: ["refresh_token": refresh])
            }
            let tokens = Set(
                try answers.map { answer -> String in
                    let answer = try answer.get()
                    #expect(answer.status == 200)
                    return try #require(answer.json["refresh_token"]?.string)
                })
            #expect(tokens.count == 1)
            let next = try #require(tokens.first)
            let access = try #require(try answers[0].get().json["access_token"]?.string)
            #expect(try await auth.send(.get, "/auth/me", token: access).status == 200)
            #expect(try await auth.send(.post, "/auth/logout", json: ["refresh_token": .string(next)]).status == 204)
            // The access token ends with its session, not when it expires.
            #expect(try await auth.send(.get, "/auth/me", token: access).status == 401)
            for token in [next, refresh.string ?? "", "x"] {
                let answer = try await auth.send(.post, "/auth/refresh", json: ["refresh_token": .string(token)])
                #expect(answer.status == 401)
                #expect(answer.fields.first(.wwwAuthenticate) == "Bearer")
            }
            #expect(try await auth.send(.post, "/auth/logout", json: ["refresh_token": .string(next)]).status == 204)
            #expect(try await auth.send(.post, "/auth/logout").status == 401)
        }
    }

    @Test func `Signing out by access token ends that session only, everywhere ends all`() async throws {
        try await withAuth { auth in
            let one = try await auth.token("ada")
            let two = try #require(try await auth.login("ada").json["access_token"]?.string)
            let three = try #require(try await auth.login("ada").json["access_token"]?.string)
            #expect(try await auth.send(.post, "/auth/logout", token: one).status == 204)
            #expect(try await auth.send(.get, "/auth/me", token: one).status == 401)
            #expect(try await auth.send(.get, "/auth/me", token: two).status == 200)
            #expect(try await auth.send(.post, "/auth/logout-all", token: two).status == 204)
            for token in [one, two, three] {
                #expect(try await auth.send(.get, "/auth/me", token: token).status == 401)
            }
        }
    }

    @Test func `Sessions are listed page by page, ended one by one, and others' are not there`() async throws {
        try await withAuth { auth in
            let token = try await auth.token("ada")
            for _ in 0..<3 { _ = try await auth.login("ada") }
            let foreign = try await auth.token("ben")
            let list = try await auth.send(.get, "/auth/sessions?limit=3", token: token)
            #expect(list.json.array?.count == 3)
            let link = try #require(list.fields.first(.link))
            let next = try #require(link.split(separator: ">").first?.dropFirst())
            let rest = try await auth.send(.get, String(next), token: token)
            #expect(rest.json.array?.map { $0["current"] } == [true])
            #expect(rest.fields.first(.link) == nil)
            for session in list.json.array ?? [] { #expect(AuthSchemas.session.validate(session).isEmpty) }
            let id = try #require(list.json[0]?["id"]?.string)
            #expect(try await auth.send(.delete, "/auth/sessions/\(id)", token: foreign).status == 404)
            #expect(try await auth.send(.delete, "/auth/sessions/\(id)", token: token).status == 204)
            #expect(try await auth.send(.delete, "/auth/sessions/\(id)", token: token).status == 404)
            #expect(try await auth.send(.delete, "/auth/sessions/nonsense", token: token).status == 404)
            #expect(try await auth.send(.delete, "/auth/sessions", token: token).status == 204)
            #expect(try await auth.send(.get, "/auth/sessions", token: token).json.array?.count == 1)
            #expect(try await auth.send(.get, "/auth/sessions?limit=0&cursor=x", token: token).status == 422)
        }
    }

    @Test func `The own name and address can be changed, nothing else`() async throws {
        try await withAuth { auth in
            _ = try await auth.register("root")
            let token = try await auth.token("ada")
            let answer = try await auth.send(
                .patch, "/auth/me", token: token,
                json: [
                    "username": "Ada L", "email": "ada@lovelace.example", "role": "admin", "id": "x", "disabled": true,
                    "password_hash": "x",
                ])
            #expect(answer.status == 200)
            #expect(answer.json["username"]?.string == "Ada L")
            #expect(answer.json["role"]?.string == "student")
            #expect(answer.json["disabled"] == false)
            #expect(try await auth.send(.patch, "/auth/me", token: token, json: ["username": "ROOT"]).status == 409)
            #expect(try await auth.send(.patch, "/auth/me", token: token, json: ["email": "x"]).status == 422)
            #expect(try await auth.send(.patch, "/auth/me", token: token, json: ["username": "ADA L"]).status == 200)
            #expect(try await auth.login("ada@lovelace.example").status == 200)
        }
    }

    @Test func `Only administrators see and change accounts`() async throws {
        try await withAuth { auth in
            let admin = try await auth.token("root")
            let ben = try await auth.register("ben")
            let id = try #require(ben["user"]?["id"]?.string)
            let token = try #require(ben["access_token"]?.string)
            #expect(try await auth.send(.get, "/auth/users", token: token).status == 403)
            #expect(
                try await auth.send(.patch, "/auth/users/\(id)", token: token, json: ["role": "admin"]).status == 403)
            #expect(try await auth.send(.get, "/auth/users", token: admin).json.array?.count == 2)
            let wrong = try await auth.send(
                .patch, "/auth/users/\(id)", token: admin, json: ["role": "root", "disabled": "yes"])
            #expect(wrong.json["errors"]?.array?.count == 2)
            let changed = try await auth.send(
                .patch, "/auth/users/\(id)", token: admin, json: ["role": "staff"])
            #expect(changed.json["role"]?.string == "staff")
            // The old token says "student", which is no longer true; a refresh brings the new role.
            #expect(try await auth.send(.get, "/auth/me", token: token).status == 401)
            let fresh = try await auth.send(
                .post, "/auth/refresh", json: ["refresh_token": ben["refresh_token"] ?? .null])
            #expect(fresh.json["user"]?["role"]?.string == "staff")
            #expect(
                try await auth.send(.patch, "/auth/users/\(id)", token: admin, json: ["disabled": true]).status == 200)
            #expect(try await auth.login("ben").status == 403)
            let stale = try #require(fresh.json["access_token"]?.string)
            #expect(try await auth.send(.get, "/auth/me", token: stale).status == 401)
            #expect(
                try await auth.send(.patch, "/auth/users/\(Identifier.make())", token: admin, json: [:]).status == 404)
        }
    }

    @Test func `Forged, stale and foreign tokens are all the same 401 on every route that needs one`() async throws {
        try await withAuth { auth in
            let registered = try await auth.register("ada")
            let good = try #require(registered["access_token"]?.string)
            let refresh = try #require(registered["refresh_token"]?.string)
            let parts = good.split(separator: ".")
            let foreign = try TokenForgery.token(signedByNobody: good)
            let bad = [
                nil, "", "x", good + "x", "x" + good, "\(parts[0]).\(parts[1]).", refresh, foreign, good.lowercased(),
                "eyJhbGciOiJub25lIiwidHlwIjoiYXQrand0In0.\(parts[1]).",
            ]
            let routes: [(HTTPMethod, String)] = [
                (.get, "/auth/me"), (.patch, "/auth/me"), (.post, "/auth/password"), (.get, "/auth/sessions"),
                (.delete, "/auth/sessions"), (.delete, "/auth/sessions/\(Identifier.make())"),
                (.post, "/auth/ws-ticket"), (.post, "/auth/logout-all"), (.get, "/auth/users"),
                (.get, "/auth/users/\(Identifier.make())"), (.patch, "/auth/users/\(Identifier.make())"),
            ]
            for (method, path) in routes {
                var bodies = Set<String>()
                for token in bad {
                    let answer = try await auth.send(method, path, token: token)
                    #expect(answer.status == 401, "\(method) \(path)")
                    #expect(answer.fields.contains(.wwwAuthenticate))
                    var object = answer.json.object ?? [:]
                    object["request_id"] = nil
                    bodies.insert(JSONValue.object(object).text)
                }
                #expect(bodies.count == 1)
            }
            #expect(try await auth.send(.get, "/auth/me", token: good).status == 200)
        }
    }

    @Test func `A new password is checked, ends all sessions and brings fresh tokens`() async throws {
        try await withAuth { auth in
            let token = try await auth.token("ada")
            func change(_ current: String, _ new: String) async throws -> RunningService.Answer {
                try await auth.send(
                    .post, "/auth/password", token: token,
                    json: ["current_password": .string(current), "new_password": .string(new)])
            }
            #expect(try await change("wrong", "canal-otter-vellum-73").status == 403)
            let weak = try await change(AuthClient.password, "password")
            #expect(weak.json["errors"]?[0]?["field"]?.string == "new_password")
            let changed = try await change(AuthClient.password, "canal-otter-vellum-73")
            #expect(changed.status == 200)
            let fresh = try #require(changed.json["access_token"]?.string)
            #expect(try await auth.send(.get, "/auth/me", token: token).status == 401)
            #expect(try await auth.send(.get, "/auth/me", token: fresh).status == 200)
            #expect(try await auth.login("ada").status == 401)
        }
    }

    @Test func `The published keys verify the tokens, also after a restart`() async throws {
        let folder = try TemporaryFolder()
        let token = Lock("")
        try await withAuth(folder: folder.path) { auth in
            let value = try await auth.token("ada")
            token.withLock { $0 = value }
        }
        try await withAuth(folder: folder.path) { auth in
            let keys = try await auth.send(.get, "/.well-known/jwks.json")
            let verifier = TokenVerifier(keys: try JSONWebKeySet(json: keys.json), time: SystemTime())
            #expect(try verifier.verify(token.withLock { $0 }).role == .admin)
            #expect(!keys.text.contains("\"d\""))
            #expect(try await auth.send(.get, "/auth/me", token: token.withLock { $0 }).status == 200)
        }
    }
}

enum TokenForgery {
    /// The token's content under a signature of another key.
    static func token(signedByNobody token: String) throws -> String {
        let parts = token.split(separator: ".")
        let key = SigningKey(try .init())
        let text = "\(parts[0]).\(parts[1])"
        return "\(text).\(Base64.encodeURL(try key.privateKey.sign(Array(text.utf8))))"
    }
}
