import HTTPClient
import HTTPMessages
import JSONCoding
import Platform
import TestSupport
import Testing
import Tokens

@testable import AuthService

/// Every route of every service, as the services' own documents name them, for every kind of caller who may not use it.
@Suite("Nobody gets past a route's access", .serialized)
struct AccessMatrixTests {
    @Test("no route lets in who may not come in, and nobody reaches what belongs to another")
    func matrix() async throws {
        let lectern = try Installation(environment: [
            "PASSWORD_COST": "4", "KEY_FAILURES_PER_ADDRESS": "1000000", "CHAT_PER_MINUTE": "1000000",
            "UPLOAD_PER_HOUR": "1000000",
        ])
        try await lectern.startAll()
        let cast = try await AccessCast(lectern)
        let routes = try await MatrixRoute.all(of: lectern)
        // Documents that lost their routes, or who may call them, would make this test pass.
        for (kind, atLeast) in [("user", 30), ("role", 9), ("machine", 15)] {
            #expect(routes.count { $0.kind.name == kind } >= atLeast, "\(kind)")
        }
        for route in routes where route.kind != .open {
            try await refuseStrangers(route, cast, lectern)
            try await refuseThoseWithoutRights(route, cast, lectern)
            try await refuseNeighbours(route, cast, lectern)
        }
        for path in MatrixRoute.internalPaths {
            for token in [nil, cast.owner, cast.admin] {
                let service = String(path.service)
                let direct = try await lectern.call(path.method, path.path, of: service, token: token, json: [:])
                #expect(direct.status == 401, "\(service) \(path.path): \(direct.status)")
                let outside = try await lectern.call(path.method, path.path, token: token, json: [:])
                #expect(outside.status == 404, "\(path.path) from outside: \(outside.status)")
            }
        }
        try await cast.expectEverythingIsThere()
    }

    /// Credentials that are none, or none any more: 401, at the gateway and, where the token itself shows it, at the service.
    private func refuseStrangers(_ route: MatrixRoute, _ cast: AccessCast, _ lectern: Installation) async throws {
        for (who, fields) in cast.strangers {
            if route.kind == .visitor, fields.isEmpty { continue }
            let answer = try await lectern.call(route, path: cast.path(route), fields: fields)
            #expect(answer.status == 401, "\(route) as \(who): \(answer.status) \(answer.text)")
            guard cast.areBadByThemselves.contains(who), !fields.contains("X-API-Key") else { continue }
            let direct = try await lectern.call(route, path: cast.path(route), of: route.service, fields: fields)
            #expect(direct.status == 401, "\(route) as \(who), past the gateway: \(direct.status)")
        }
    }

    /// Good credentials that are not enough: 403.
    private func refuseThoseWithoutRights(
        _ route: MatrixRoute, _ cast: AccessCast, _ lectern: Installation
    ) async throws {
        var callers: [(String, HTTPFields)] = []
        switch route.kind {
        case .open: break
        case .visitor, .user: callers.append(("a key of all scopes", cast.key(Scope.allCases)))
        case .role:
            callers.append(("a student", cast.bearer(cast.other)))
            callers.append(("a key of all scopes", cast.key(Scope.allCases)))
            if route.path.hasPrefix("/auth/") { callers.append(("staff", cast.bearer(cast.staff))) }
        case .machine(let scopes):
            callers.append(("a student", cast.bearer(cast.other)))
            let others = Scope.allCases.filter { !scopes.contains($0) }
            for scope in others { callers.append(("a key of \(scope.rawValue)", cast.key([scope]))) }
        }
        for (who, fields) in callers {
            let answer = try await lectern.call(route, path: cast.path(route), fields: fields)
            // Keys mean nothing to auth itself, which takes them for no credentials.
            let allowed = route.service == "auth" ? [401, 403] : [403]
            #expect(allowed.contains(answer.status), "\(route) as \(who): \(answer.status) \(answer.text)")
        }
    }

    /// Whoever may use the route, but not for this object: 404, as if it were not there.
    private func refuseNeighbours(_ route: MatrixRoute, _ cast: AccessCast, _ lectern: Installation) async throws {
        let fields: HTTPFields
        switch route.kind {
        case .user: fields = cast.bearer(cast.other)
        case .machine: fields = cast.neighboursKey
        case .open, .visitor, .role: return
        }
        guard route.path.contains("{") else {
            guard route.method == .get, !route.path.hasPrefix("/ws/") else { return }
            let list = try await lectern.call(route, path: route.path, fields: fields)
            #expect(list.status == 200, "\(route): \(list.status) \(list.text)")
            for id in cast.secrets { #expect(!list.text.contains(id), "\(route) tells a neighbour of \(id)") }
            return
        }
        let answer = try await lectern.call(
            route, path: cast.path(route), fields: fields,
            json: AccessCast.bodies["\(route.method) \(route.path)"] ?? [:])
        #expect(answer.status == 404, "\(route) as a neighbour: \(answer.status) \(answer.text)")
    }

    @Test("fields that are not the client's to set, and methods in headers, change nothing")
    func massAssignment() async throws {
        let lectern = try Installation(environment: ["PASSWORD_COST": "4"])
        for service in ["auth", "ingest"] { try await lectern.start(service) }
        _ = try await lectern.register("first")
        let more: JSONObject = [
            "role": "admin", "disabled": true, "id": "019b76da-a800-7000-8000-000000000001",
            "user_id": "019b76da-a800-7000-8000-000000000001", "created_at": "2020-01-01T00:00:00.000Z",
            "lecture_count": 7, "password_hash": "x", "status": "completed",
        ]
        func with(_ fields: JSONObject) -> JSONValue {
            var all = more
            fields.forEach { all[$0] = $1 }
            return .object(all)
        }
        let made = try await lectern.send(
            .post, "/auth/register",
            json: with(["username": "eve", "email": "eve@example.org", "password": "nine violet harbours at dawn"]))
        #expect(made.json["user"]?["role"]?.string == "student" && made.json["user"]?["disabled"] == false)
        let token = try #require(made.json["access_token"]?.string)
        let id = made.json["user"]?["id"]
        let me = try await lectern.send(.patch, "/auth/me", token: token, json: with(["username": "eva"]))
        #expect(me.json["role"]?.string == "student" && me.json["username"]?.string == "eva" && me.json["id"] == id)
        let subject = try await lectern.send(.post, "/subjects", token: token, json: with(["name": "Mine"]))
        #expect(subject.status == 201 && subject.json["lecture_count"]?.integer == 0)
        #expect(subject.json["id"] != more["id"] && subject.json["created_at"] != more["created_at"])
        let path = "/subjects/\(try #require(subject.json["id"]?.string))"
        #expect(try await lectern.send(.patch, path, token: token, json: with([:])).json["lecture_count"]?.integer == 0)
        for name in ["X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override", "_method"] {
            let answer = try await lectern.call(
                .get, path + "?_method=DELETE",
                fields: [HTTPFieldName(name): "DELETE", .authorization: "Bearer \(token)"])
            #expect(answer.status == 200, "\(name): \(answer.status)")
        }
        #expect(try await lectern.send(.get, path, token: token).status == 200)
    }
}

/// A route as its service's document describes it.
struct MatrixRoute: CustomStringConvertible {
    enum Kind: Equatable {
        case open, visitor, user, role
        case machine([Scope])

        var name: String {
            switch self {
            case .open: "open"
            case .visitor: "visitor"
            case .user: "user"
            case .role: "role"
            case .machine: "machine"
            }
        }
    }

    let service: String
    let method: HTTPMethod
    let path: String
    let kind: Kind

    var description: String { "\(service) \(method) \(path)" }

    /// Those are in no document.
    static let internalPaths: [(service: String, method: HTTPMethod, path: String)] = [
        ("ingest", .post, "/internal/search"),
        ("ingest", .get, "/internal/lectures/019b76da-a800-7000-8000-000000000001/content"),
        ("docs", .post, "/internal/summaries/conversation"), ("docs", .post, "/internal/reports/conversation"),
        ("notify", .post, "/internal/notifications"),
    ]

    static func all(of lectern: Installation) async throws -> [MatrixRoute] {
        var routes: [MatrixRoute] = []
        for service in ["auth", "chat", "ingest", "docs", "notify"] {
            // Past the gateway, whose own document is the union of all.
            let document = try await lectern.send(.get, "/openapi.json", of: service).json
            var operations: [(path: String, method: String, value: JSONValue)] = []
            try #require(document["paths"]?.object).forEach { path, methods in
                methods.object?.forEach { operations.append((path, $0, $1)) }
            }
            for (path, method, operation) in operations {
                // What every service has is open, and auth forwards what is another's.
                guard service != "auth" || path.hasPrefix("/auth/") || path.hasPrefix("/.well-known/") else { continue }
                routes.append(
                    MatrixRoute(
                        service: service, method: HTTPMethod(rawValue: method.uppercased()), path: path,
                        kind: try kind(of: operation)))
            }
        }
        return routes
    }

    private static func kind(of operation: JSONValue) throws -> Kind {
        let security = try #require(operation["security"]?.array, "a route that does not say who may call it")
        if security.isEmpty { return .open }
        let scopes = security.compactMap { $0["api_key"]?[0]?.string.flatMap { Scope(rawValue: $0) } }
        if !scopes.isEmpty { return .machine(scopes) }
        if security.contains([:]) { return .visitor }
        let forbidden = operation["responses"]?["403"]?["description"]?.string
        return forbidden == "The role is not enough" ? .role : .user
    }
}

/// Who takes part, and what each has made.
struct AccessCast {
    let lectern: Installation
    let admin: String
    let staff: String
    let owner: String
    let other: String
    /// Credentials that nobody may come in with.
    let strangers: [(String, HTTPFields)]
    /// Those of `strangers` that a service sees through without asking auth.
    let areBadByThemselves: Set<String> = ["nobody", "a token of nonsense", "an expired token", "a refresh token"]
    /// A key of all scopes bound to another account.
    let neighboursKey: HTTPFields
    private let keys: [Scope: String]
    private let keyOfAll: String
    private let objects: [(prefix: String, id: String)]

    /// What a neighbour must never be told.
    var secrets: [String] { objects.filter { $0.prefix != "/api/v1/accounts/" }.map(\.id) }

    /// Where a body must be right before it is looked at whose object it is about.
    static let bodies: [String: JSONValue] = [
        "PATCH /api/incidents/{id}": ["note": "n"],
        "PUT /api/v1/accounts/{id}/settings": [:],
    ]

    init(_ lectern: Installation) async throws {
        self.lectern = lectern
        let admin = try await lectern.register("admin")
        self.admin = admin
        var accounts: [String: JSONValue] = [:]
        for name in ["owner", "other", "staff", "gone", "out"] {
            accounts[name] = try await lectern.send(
                .post, "/auth/register",
                json: [
                    "username": .string(name), "email": .string("\(name)@example.org"),
                    "password": "nine violet harbours at dawn",
                ]
            ).json
        }
        func text(_ name: String, _ member: String) throws -> String {
            try #require(accounts[name]?[member]?.string, "\(name) \(member)")
        }
        owner = try text("owner", "access_token")
        other = try text("other", "access_token")
        let staffID = try #require(accounts["staff"]?["user"]?["id"]?.string)
        let goneID = try #require(accounts["gone"]?["user"]?["id"]?.string)
        #expect(
            try await lectern.send(.patch, "/auth/users/\(staffID)", token: admin, json: ["role": "staff"]).status
                == 200)
        staff = try #require(
            try await lectern.send(
                .post, "/auth/refresh", json: ["refresh_token": .string(try text("staff", "refresh_token"))]
            ).json["access_token"]?.string)
        #expect(
            try await lectern.send(.patch, "/auth/users/\(goneID)", token: admin, json: ["disabled": true]).status
                == 200)
        #expect(try await lectern.send(.post, "/auth/logout", token: try text("out", "access_token")).status == 204)

        func makeKey(_ name: String, _ scopes: [Scope], account: String? = nil) async throws -> (
            id: String, key: String
        ) {
            var order: JSONObject = ["name": .string(name), "scopes": .array(scopes.map { .string($0.rawValue) })]
            if let account { order["account_id"] = .string(account) }
            let made = try await lectern.send(.post, "/auth/api-keys", token: admin, json: .object(order))
            return (try #require(made.json["id"]?.string), try #require(made.json["key"]?.string, "\(made.text)"))
        }
        var keys: [Scope: String] = [:]
        for scope in Scope.allCases { keys[scope] = try await makeKey(scope.rawValue, [scope]).key }
        self.keys = keys
        keyOfAll = try await makeKey("all", Scope.allCases).key
        let ownersKey = try await makeKey("owner", Scope.allCases, account: "acme").key
        neighboursKey = ["X-API-Key": try await makeKey("neighbour", Scope.allCases, account: "other").key]
        let revoked = try await makeKey("revoked", Scope.allCases)
        #expect(try await lectern.send(.delete, "/auth/api-keys/\(revoked.id)", token: admin).status == 204)

        strangers = [
            ("nobody", [:]), ("a token of nonsense", [.authorization: "Bearer a.b.c"]),
            ("an expired token", [.authorization: "Bearer \(try Self.expiredToken(lectern))"]),
            ("a refresh token", [.authorization: "Bearer \(try text("owner", "refresh_token"))"]),
            ("a shut account", [.authorization: "Bearer \(try text("gone", "access_token"))"]),
            ("an account that has signed out", [.authorization: "Bearer \(try text("out", "access_token"))"]),
            ("a revoked key", ["X-API-Key": revoked.key]), ("a key of nonsense", ["X-API-Key": "lk_nonsense"]),
        ]
        objects = try await Self.makeObjects(lectern, owner: owner, key: ownersKey)
    }

    /// Signed by the installation itself, twenty minutes ago.
    private static func expiredToken(_ lectern: Installation) throws -> String {
        let time = SystemTime()
        let keyring = try SigningKeyring(
            folder: lectern.folder.file("var/auth/keys"), rotation: .seconds(90 * 86_400),
            tokenLifetime: .seconds(900), time: time)
        let claims = AccessClaims(
            subject: .make(), role: .admin, sessionID: .make(), issuedAt: time.wall - .seconds(1_200),
            expiresAt: time.wall - .seconds(300))
        return try keyring.sign(claims)
    }

    private static func makeObjects(
        _ lectern: Installation, owner: String, key: String
    ) async throws -> [(prefix: String, id: String)] {
        let (lecture, task) = try await lectern.upload(GeneratedPDF.make(pages: 1), token: owner)
        #expect(try await lectern.finished(lecture, token: owner)["status"]?.string == "completed")
        let subject = try await lectern.send(.get, "/subjects", token: owner).json[0]?["id"]?.string
        let session = try await lectern.send(.get, "/auth/sessions", token: owner).json[0]?["id"]?.string
        let chat = try await lectern.send(
            .post, "/chat", token: owner,
            json: ["message": "Where does marker 1-1 stand?", "lecture_id": .string(lecture)])
        let chatSession = chat.text.firstRange(of: "\"session_id\":\"").map {
            String(chat.text[$0.upperBound...].prefix { $0 != "\"" })
        }
        let machine: HTTPFields = ["X-API-Key": key]
        let incident = try await lectern.call(
            .post, "/api/incidents", fields: machine,
            json: [
                "customer_id": "c", "channel": "web", "message": "I was charged twice", "email": "a@example.org",
            ])
        let incidentID = try #require(incident.json["incident_id"]?.string, "\(incident.text)")
        let shown = try await lectern.call(.get, "/api/incidents/\(incidentID)", fields: machine)
        let conversation = try await lectern.call(
            .post, "/api/v1/postprocess/conversation", fields: machine,
            json: ["email_id": "a@example.org", "account_id": "acme", "conversation_id": "conv_1"])
        return [
            ("/subjects/", try #require(subject)), ("/lectures/", lecture), ("/tasks/", task),
            ("/auth/sessions/", try #require(session)),
            ("/api/v1/sessions/", try #require(chatSession, "\(chat.text)")),
            ("/api/incidents/", incidentID),
            ("/api/notifications/", try #require(shown.json["notifications"]?[0]?["id"]?.string, "\(shown.text)")),
            (
                "/api/v1/postprocess/",
                try #require(conversation.json["data"]?["processing_id"]?.string, "\(conversation.text)")
            ),
            ("/api/v1/accounts/", "acme"),
        ]
    }

    func bearer(_ token: String) -> HTTPFields { [.authorization: "Bearer \(token)"] }

    func key(_ scopes: [Scope]) -> HTTPFields {
        ["X-API-Key": scopes.count == 1 ? keys[scopes[0]] ?? "" : keyOfAll]
    }

    /// The route's path, about what the owner has made.
    func path(_ route: MatrixRoute) -> String {
        let id = objects.last { route.path.hasPrefix($0.prefix) }?.id ?? "019b76da-a800-7000-8000-000000000001"
        return route.path.split(separator: "/", omittingEmptySubsequences: false).map { part in
            switch part {
            case "{id}", "{processing_id}": id
            case "{n}": "1"
            case "{name}": "incident_created"
            default: part.hasPrefix("{") ? "x" : String(part)
            }
        }.joined(separator: "/")
    }

    func expectEverythingIsThere() async throws {
        for (prefix, id) in objects {
            let path =
                switch prefix {
                case "/api/v1/postprocess/": "/api/v1/postprocess/status/\(id)"
                case "/api/v1/accounts/": "/api/v1/accounts/\(id)/settings"
                default: prefix + id
                }
            if prefix == "/auth/sessions/" {
                #expect(try await lectern.send(.get, "/auth/me", token: owner).status == 200)
                continue
            }
            let isMachines = prefix.hasPrefix("/api/incidents") || prefix.hasPrefix("/api/notifications")
            let token = isMachines || path.contains("/postprocess/") || path.contains("/accounts/") ? staff : owner
            let answer = try await lectern.send(.get, path, token: token)
            #expect(answer.status == 200, "\(path): \(answer.status) \(answer.text)")
        }
    }
}

extension Installation {
    /// Like `send`, with any fields.
    fileprivate func call(
        _ method: HTTPMethod, _ path: String, of service: String = "auth", token: String? = nil,
        fields: HTTPFields = [:], json: JSONValue? = nil
    ) async throws -> Answer {
        var fields = fields
        if let token { fields.append(.authorization, "Bearer \(token)") }
        let body = method == .get || method == .delete ? nil : json
        if body != nil { fields.append(.contentType, "application/json") }
        let response = try await client.send(
            HTTPClientRequest(
                method, url(service) + path, fields: fields, body: body.map { .bytes($0.serialized()) } ?? .none,
                retry: .none, responseBytesMax: 1 << 20))
        return Answer(status: response.status.code, fields: response.fields, body: response.body)
    }

    fileprivate func call(
        _ route: MatrixRoute, path: String, of service: String = "auth", fields: HTTPFields, json: JSONValue = [:]
    ) async throws -> Answer {
        try await call(route.method, path, of: service, fields: fields, json: json)
    }
}
