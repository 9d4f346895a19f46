import Contracts
import HTTPMessages
import HTTPServer
import JSONCoding
import Jobs
import Platform
import SQL
import ServiceKit
import Settings
import Tokens

/// A small service with one route of each kind, for the tests of what every service shares.
enum SampleProgram: ServiceProgram {
    static let name = ServiceName.notify

    struct Configuration: Sendable {
        var isDown: Bool
    }

    static func configuration(from reader: inout SettingsReader) -> Configuration {
        Configuration(isDown: reader.flag("SAMPLE_DOWN", default: false, help: "Whether the dependency is down."))
    }

    static let thing = JSONSchema.object(
        [("name", .string(minLength: 1, maxLength: 10)), ("count", .integer(min: 0))], required: ["name", "count"])

    /// What `/list` holds, oldest first.
    private static let listed = (0..<7).map { Identifier.make(at: Timestamp(millisecondsSince1970: $0 * 1_000)) }

    static func assemble(_ configuration: Configuration, on foundation: ServiceFoundation) async throws -> ServiceApp {
        var api = API()
        api.get("/open", access: .open, summary: "Open", answers: [.json(200, "Fine")]) { request in
            .json(["caller": .bool(request.principal != nil)])
        }
        api.get("/visitor", access: .visitor, summary: "Visitors", answers: [.json(200, "Fine")]) { request in
            .json(["caller": .bool(request.principal != nil)])
        }
        api.get("/user", access: .user, summary: "Users", answers: [.json(200, "Fine")]) { request in
            .json(["id": .identifier(try request.user.subject)])
        }
        api.get(
            "/machine", access: .machine(.read, or: .staff), summary: "Machines", answers: [.json(200, "Fine")]
        ) { request in
            .json([
                "is_key": .bool(request.principal?.grant != nil),
                "account": request.principal?.accountID.map { .string($0) } ?? .null,
                "reaches_acme": .bool(request.principal?.reaches(account: "acme") == true),
                "reaches_none": .bool(request.principal?.reaches(account: nil) == true),
            ])
        }
        api.get("/staff", access: .role(.staff), summary: "Staff", answers: [.json(200, "Fine")]) { _ in .empty(.ok) }
        api.post(
            "/things", access: .open, summary: "Make a thing", body: .json(thing), answers: [.json(201, "Made", thing)]
        ) { request in
            .json(try await request.json(thing), status: .created)
        }
        let made = Lock(0)
        api.post(
            "/orders", access: .user, summary: "Order once", body: .json(thing), answers: [.json(201, "Ordered")],
            isIdempotent: true
        ) { request in
            let order = try await request.json(thing)
            let number = made.withLock { count in
                count += 1
                return count
            }
            if order["name"]?.string == "fail" { throw SampleError() }
            var response = HTTPResponse.json(["number": .integer(Int64(number))], status: .created)
            response.fields.append(.location, "/orders/\(number)")
            return response
        }
        api.get("/things/{id}", access: .open, summary: "A thing", answers: [.json(200, "It")]) { request in
            .json(["id": .identifier(try request.identifier())])
        }
        api.get(
            "/list", access: .open, summary: "Things", parameters: [.query("limit", .integer(min: 1, max: 200))],
            answers: [.json(200, "Them")]
        ) { request in
            let page = try PageRequest(request)
            let rows = listed.reversed().filter { id in page.before.map { id < $0 } ?? true }
            return page.response(
                Array(rows.prefix(page.fetchCount)), of: request, id: { $0 }, json: { .identifier($0) })
        }
        api.get("/crash", access: .open, summary: "Fails", answers: []) { _ in throw SampleError() }
        api.post("/internal/echo", access: .service, summary: "Echo", body: .json(.any), answers: []) { request in
            .json(try await request.json(.any))
        }
        var app = ServiceApp(api: api, tokens: TestTokens.authority)
        let database = try await foundation.openDatabase(migrations: [JobQueue.migrations])
        app.idempotency = IdempotencyStore(database: database, time: foundation.time)
        app.close = { await database.close() }
        app.readiness = [
            ReadinessCheck("sample") { if configuration.isDown { throw SampleError() } }
        ]
        return app
    }
}

struct SampleError: Error, CustomStringConvertible {
    var description: String { "secret detail of /etc/passwd" }
}

/// Tokens without signatures, for these tests alone: what is checked here is what happens after a token was verified. A
/// user's is the name of the role, a key's `key:`, its scopes and `@` with its account.
enum TestTokens {
    static let authority = Authority()

    struct Authority: TokenAuthority {
        private static let subject = Identifier.make()

        func verify(_ token: String) async throws -> AccessClaims {
            if token.hasPrefix("key:") { return try claims(ofKey: token.dropFirst(4)) }
            guard let role = Role(rawValue: token) else { throw Problem.unauthorized() }
            let now = SystemTime().wall
            return AccessClaims(
                subject: Authority.subject, role: role, sessionID: .make(), issuedAt: now, expiresAt: now + .seconds(60)
            )
        }

        private func claims(ofKey text: Substring) throws -> AccessClaims {
            let parts = text.split(separator: "@")
            guard let scopes = parts.first.flatMap({ KeyGrant.scopes(of: String($0)) }),
                let grant = KeyGrant(
                    keyID: Authority.subject, scopes: scopes, accountID: parts.count > 1 ? String(parts[1]) : nil)
            else { throw Problem.unauthorized() }
            let now = SystemTime().wall
            return AccessClaims(grant: grant, issuedAt: now, expiresAt: now + .seconds(60))
        }
    }
}
