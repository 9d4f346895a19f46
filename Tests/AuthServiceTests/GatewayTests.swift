import HTTPMessages
import JSONCoding
import Platform
import ServiceTestSupport
import TestSupport
import Testing

@testable import AuthService

@Suite struct GatewayTests {
    @Test func `Every path of the table reaches its service with method, query and body`() async throws {
        try await withGateway { auth in
            let token = try await auth.token("ada")
            for template in GatewayTable.templates.values.joined() {
                let path = template.replacing("{rest...}", with: "a%20b/c")
                let answer = try await auth.send(
                    .put, "\(path)?q=1&q=%2F", token: token, json: ["x": 1], fields: ["X-Custom": "yes"])
                #expect(answer.status == 200, "\(path): \(answer.text)")
                #expect(answer.json["method"]?.string == "PUT")
                #expect(answer.json["target"]?.string == "\(path)?q=1&q=%2F")
                #expect(answer.json["body_bytes"]?.integer == 7)
                #expect(answer.json["fields"]?["x-custom"]?.string == "yes")
                #expect(answer.json["fields"]?["authorization"]?.string == "Bearer \(token)")
            }
        }
    }

    @Test func `A bad token stops at the gateway, no token goes on`() async throws {
        try await withGateway { auth in
            let token = try await auth.token("ada")
            #expect(try await auth.send(.get, "/subjects").status == 200)
            for bad in ["x", token + "x", ""] {
                #expect(try await auth.send(.get, "/subjects", token: bad).status == 401)
            }
            #expect(try await auth.send(.get, "/subjects", fields: [.authorization: "Basic YTpi"]).status == 401)
            #expect(
                try await auth.send(
                    .get, "/subjects", token: token, fields: [.authorization: "Bearer \(token)"]
                ).status == 401)
            #expect(try await auth.send(.post, "/auth/logout", token: token).status == 204)
            #expect(try await auth.send(.get, "/subjects", token: token).status == 401)
        }
    }

    @Test(
        "What is not for the outside is not there",
        arguments: [
            "/internal/search", "/internal", "/Internal/search", "/%69nternal/search", "/lectures/../internal/search",
            "/lectures/%2e%2e/internal/search", "/lectures/..%2finternal/search", "/lectures//internal",
            "//internal/search", "/lectures/%2e/x", "/lectures/a%5c..%5cinternal", "/lectures/a\\b", "/lectures/%00",
            "/lecturesx", "/unknown", "/api/v1/unknown", "/lectures/", "/subjects/%2E%2E",
        ])
    func notForwarded(path: String) async throws {
        try await withGateway { auth in
            let client = try RawHTTPClient(port: auth.service.port)
            let answer = try await client.request("GET", path, fields: "Connection: close\r\n")
            #expect([400, 404].contains(answer.status), "\(path): \(answer.status) \(answer.text)")
            await client.close()
        }
    }

    @Test func `Nobody can claim to be somebody else by a header`() async throws {
        try await withGateway { auth in
            let names = [
                "X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host", "X-Forwarded-User", "X-Forwarded-Port",
                "Forwarded", "X-Real-IP", "X-User-Id", "X-USER-ROLE", "X-Internal-Token", "X-Lectern-User",
                "X-HTTP-Method-Override", "X-Original-URL", "X-Rewrite-URL", "True-Client-IP",
            ]
            var fields: HTTPFields = ["X-Custom": "stays", "Idempotency-Key": "k"]
            for name in names { fields.append(HTTPFieldName(name), "evil") }
            let answer = try await auth.send(.get, "/subjects", fields: fields)
            #expect(!answer.text.contains("evil"), "\(answer.text)")
            let seen = answer.json["fields"]
            #expect(seen?["x-forwarded-for"]?.string == "127.0.0.1")
            #expect(seen?["x-forwarded-proto"]?.string == "http")
            #expect(seen?["x-forwarded-host"]?.string == "127.0.0.1:\(auth.service.port)")
            #expect(seen?["x-custom"]?.string == "stays")
            #expect(seen?["idempotency-key"]?.string == "k")
        }
    }

    @Test func `Behind a trusted proxy the client's address and protocol are passed on`() async throws {
        try await withGateway(["TRUSTED_PROXIES": "127.0.0.1"]) { auth in
            let answer = try await auth.send(
                .get, "/subjects", fields: [.xForwardedFor: "1.1.1.1, 203.0.113.9", .xForwardedProto: "https"])
            #expect(answer.json["fields"]?["x-forwarded-for"]?.string == "203.0.113.9")
            #expect(answer.json["fields"]?["x-forwarded-proto"]?.string == "https")
            #expect(answer.fields.contains(.strictTransportSecurity))
        }
    }

    @Test func `Uploads of any size and event streams go through`() async throws {
        try await withGateway { auth in
            let token = try await auth.token("ada")
            let bytes = [UInt8](repeating: 0x61, count: 20 << 20)
            let upload = try await auth.service.send(.post, "/lectures/other", token: token, body: bytes)
            #expect(upload.json["body_bytes"]?.integer == Int64(bytes.count))
            let events = try await auth.send(.get, "/tasks/1/events", token: token)
            #expect(events.fields.first(.contentType) == "text/event-stream")
            #expect(events.text.components == ["id: 1", "data: 1", "id: 2", "data: 2", "id: 3", "data: 3"])
        }
    }

    @Test func `A ticket opens one WebSocket and becomes a token that the service can verify`() async throws {
        try await withGateway { auth in
            let token = try await auth.token("ada")
            let made = try await auth.send(.post, "/auth/ws-ticket", token: token)
            #expect(made.status == 201)
            #expect(made.json["expires_in"]?.integer == 30)
            let ticket = try #require(made.json["ticket"]?.string)

            let socket = try RawHTTPClient(port: auth.service.port)
            try await socket.send(Self.upgrade("/ws/chat?ticket=\(ticket)&lecture=1"))
            #expect(try await socket.receive(through: "\r\n\r\n").hasPrefix("HTTP/1.1 101"))
            let seen = try JSONValue(parsing: try await socket.receive(through: "\n"))
            #expect(seen["target"]?.string == "/ws/chat?lecture=1")
            #expect(!seen.text.contains(ticket))
            let minted = try #require(seen["fields"]?["authorization"]?.string?.split(separator: " ").last)
            #expect(minted != token)
            #expect(try await auth.send(.get, "/auth/me", token: String(minted)).status == 200)
            try await socket.send("hello")
            #expect(try await socket.receive(count: 5) == Array("hello".utf8))
            await socket.close()

            for used in [ticket, "x", ""] {
                let again = try RawHTTPClient(port: auth.service.port)
                try await again.send(Self.upgrade("/ws/chat?ticket=\(used)"))
                #expect(try await again.receiveResponse().status == 401)
                await again.close()
            }
        }
    }

    @Test func `WebSockets of other sites' pages are refused, of this site and the list not`() async throws {
        try await withGateway(["CORS_ORIGINS": "https://app.example.org"]) { auth in
            let cases: [(String, Int)] = [
                ("https://evil.example", 403), ("https://app.example.org", 101), ("null", 403),
                ("http://test", 101), ("https://test.evil.example", 403), ("https://app.example.org.evil.example", 403),
            ]
            for (origin, status) in cases {
                let socket = try RawHTTPClient(port: auth.service.port)
                try await socket.send(Self.upgrade("/ws/lectures", fields: "Origin: \(origin)\r\n"))
                let head = try await socket.receive(through: "\r\n\r\n")
                #expect(head.hasPrefix("HTTP/1.1 \(status)"), "\(origin): \(head)")
                await socket.close()
            }
        }
    }

    @Test func `Costly routes have budgets per user, told in every answer`() async throws {
        try await withGateway(["CHAT_PER_MINUTE": "3", "UPLOAD_PER_HOUR": "1"]) { auth in
            let ada = try await auth.token("ada")
            let ben = try await auth.token("ben")
            for left in [2, 1, 0] {
                let answer = try await auth.send(.post, "/chat", token: ada, json: [:])
                #expect(answer.status == 200)
                #expect(answer.fields.first(.rateLimitPolicy) == "\"chat\";q=3;w=60")
                #expect(answer.fields.first(.rateLimit)?.hasPrefix("\"chat\";r=\(left);t=") == true)
            }
            let limited = try await auth.send(.post, "/api/v1/chat", token: ada, json: [:])
            #expect(limited.status == 429)
            let seconds = try #require(limited.json["retry_after"]?.integer)
            #expect((1...20).contains(seconds))
            #expect(limited.json["code"]?.string == "rate_limited")
            #expect(limited.fields.first(.retryAfter) == String(seconds))
            #expect(limited.fields.first(.rateLimit)?.hasPrefix("\"chat\";r=0;t=") == true)
            #expect(limited.fields.first(.rateLimitPolicy) == "\"chat\";q=3;w=60")
            #expect(try await auth.send(.post, "/chat", token: ben, json: [:]).status == 200)
            // Other routes and other budgets are not concerned.
            #expect(try await auth.send(.get, "/chat", token: ada).status == 200)
            #expect(try await auth.send(.post, "/lectures/upload", token: ada, json: [:]).status == 200)
            #expect(try await auth.send(.post, "/lectures/upload", token: ada, json: [:]).status == 429)
            #expect(try await auth.send(.post, "/subjects", token: ada, json: [:]).status == 200)
        }
    }

    @Test func `Fifty questions at once get no more than the budget`() async throws {
        // On a clock that stands still no budget grows again while the questions are asked.
        try await withGateway(time: ManualTime()) { auth in
            let token = try await auth.token("ada")
            let statuses = await inParallel(50) { _ in
                try await auth.send(.post, "/chat", token: token, json: [:]).status
            }.map { try? $0.get() }
            #expect(statuses.count { $0 == 200 } == 10)
            #expect(statuses.count { $0 == 429 } == 40)
        }
    }

    @Test func `A visitor cannot multiply his budget by making up sessions`() async throws {
        try await withGateway(["CHAT_PER_MINUTE": "2"], time: ManualTime()) { auth in
            var allowed = 0
            for index in 0..<30 {
                let answer = try await auth.send(
                    .post, "/api/v1/chat", json: [:], fields: [.cookie: "session_id=s\(index)"])
                if answer.status == 200 { allowed += 1 }
            }
            #expect(allowed == 2 * RateLimiter.visitorsPerNetwork)
        }
    }

    @Test func `Scripts of listed origins may call, of others not`() async throws {
        try await withGateway(["CORS_ORIGINS": "https://app.example.org, https://b.example:8443"]) { auth in
            func preflight(_ origin: String) async throws -> RunningService.Answer {
                try await auth.send(
                    .options, "/auth/login",
                    fields: [.origin: origin, .accessControlRequestMethod: "POST"])
            }
            let good = try await preflight("https://app.example.org")
            #expect(good.status == 204)
            #expect(good.fields.first(.accessControlAllowOrigin) == "https://app.example.org")
            #expect(good.fields.first(.accessControlAllowCredentials) == "true")
            #expect(good.fields.first(.accessControlAllowHeaders)?.contains("Authorization") == true)
            for origin in [
                "https://evil.example", "null", "https://app.example.org.evil.example", "http://app.example.org",
            ] {
                let answer = try await preflight(origin)
                #expect(!answer.fields.contains(.accessControlAllowOrigin), "\(origin)")
            }
            for path in ["/auth/me", "/subjects", "/unknown"] {
                let answer = try await auth.send(.get, path, fields: [.origin: "https://b.example:8443"])
                #expect(answer.fields.first(.accessControlAllowOrigin) == "https://b.example:8443", "\(path)")
                #expect(answer.fields.contains(.vary, member: "origin"))
                let foreign = try await auth.send(.get, path, fields: [.origin: "https://evil.example"])
                #expect(!foreign.fields.contains(.accessControlAllowOrigin))
            }
        }
    }

    @Test(arguments: ["/", "/docs/api", "/auth/me", "/subjects", "/unknown", "/health"])
    func `Every answer carries the security fields`(path: String) async throws {
        try await withGateway { auth in
            let answer = try await auth.send(.get, path)
            #expect(answer.fields.first(.xContentTypeOptions) == "nosniff")
            #expect(answer.fields.first(.contentSecurityPolicy)?.contains("frame-ancestors 'none'") == true)
            #expect(answer.fields.first(.referrerPolicy) == "no-referrer")
            #expect(!answer.fields.contains(.strictTransportSecurity))
            #expect(!answer.fields.contains(.server))
        }
    }

    @Test func `A service that is down is a problem document, and the others go on`() async throws {
        try await withAuth(["CHAT_URL": "http://127.0.0.1:9", "INGEST_URL": "http://127.0.0.1:9"]) { auth in
            let token = try await auth.token("ada")
            let answer = try await auth.send(.get, "/subjects", token: token)
            #expect([502, 503].contains(answer.status))
            #expect(answer.fields.first(.contentType) == "application/problem+json")
            #expect(try await auth.send(.get, "/auth/me", token: token).status == 200)
        }
    }

    @Test func `The document is the union of all services, and the page shows it`() async throws {
        try await withGateway { auth in
            let document = try await auth.send(.get, "/openapi.json").json
            #expect(document["openapi"]?.string == "3.1.0")
            let paths = try #require(document["paths"]?.object)
            for path in ["/auth/login", "/auth/me", "/health", "/described"] { #expect(paths[path] != nil, "\(path)") }
            #expect(!paths.keys.contains { $0.hasPrefix("/internal") })
            let names = paths.members.flatMap { path in
                (path.value.object?.members ?? []).compactMap { $0.value["operationId"]?.string }
            }
            #expect(Set(names).count == names.count)
            let page = try await auth.send(.get, "/docs/api").text
            #expect(page.contains("/auth/login"))
            #expect(page.contains("/described"))
            #expect(!page.contains("http://") && !page.contains("https://") && !page.contains("<script"))
        }
    }

    @Test func `Names from other services are escaped on the page`() {
        let page = DocumentPage.html(
            of: ["paths": ["/<script>": ["get": ["summary": "<img src=x onerror=\"alert(1)\">&'"]]]])
        #expect(!page.contains("<script") && !page.contains("<img") && page.contains("&lt;img"))
    }

    private static func upgrade(_ target: String, fields: String = "") -> String {
        "GET \(target) HTTP/1.1\r\nHost: test\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\(fields)\r\n"
    }
}

extension String {
    /// The lines that are not empty.
    var components: [String] { split(separator: "\n").map { String($0) } }
}
