import HTTPMessages
import JSONCoding
import Logs
import Platform
import ServiceKit
import ServiceTestSupport
import Settings
import TestSupport
import Testing
import Tokens

@Suite("What every service shares")
struct ServiceTests {
    @Test("health, readiness, metrics and the document are there")
    func basics() async throws {
        try await withService(SampleProgram.self) { service in
            for path in ["/health", "/api/v1/health"] {
                let answer = try await service.send(.get, path)
                #expect(answer.status == 200)
                #expect(answer.json == ["status": "healthy"])
                #expect(answer.fields.first("X-Request-Id") != nil)
            }
            let ready = try await service.send(.get, "/ready")
            #expect(ready.status == 200)
            #expect(ready.json["checks"]?["sample"]?["state"]?.string == "up")
            let metrics = try await service.send(.get, "/metrics")
            #expect(metrics.fields.first(.contentType) == "text/plain; version=0.0.4; charset=utf-8")
            #expect(metrics.text.contains("process_resident_memory_bytes"))
            let document = try await service.send(.get, "/openapi.json").json
            #expect(document["openapi"]?.string == "3.1.0")
            #expect(document["paths"]?["/things"]?["post"]?["requestBody"] != nil)
            #expect(document["paths"]?["/things/{id}"]?["get"]?["parameters"]?[0]?["name"]?.string == "id")
            #expect(document["paths"]?["/internal/echo"] == nil)
            // What a route answers because of its kind is named, too: two credentials, a bad parameter, a bad key.
            for (path, method, statuses) in [
                ("/machine", "get", ["400", "401", "403"]), ("/list", "get", ["422"]),
                ("/orders", "post", ["400", "409", "415", "422"]),
            ] {
                for status in statuses {
                    #expect(document["paths"]?[path]?[method]?["responses"]?[status] != nil, "\(path) \(status)")
                }
            }
        }
    }

    @Test("a dependency that is down is named, with 503 and Retry-After, and health stays up")
    func notReady() async throws {
        try await withService(SampleProgram.self, environment: ["SAMPLE_DOWN": "true"]) { service in
            let ready = try await service.send(.get, "/ready")
            #expect(ready.status == 503)
            #expect(ready.fields.first(.retryAfter) != nil)
            #expect(ready.json["checks"]?["sample"]?["state"]?.string == "down")
            #expect(try await service.send(.get, "/health").status == 200)
            #expect(!ready.text.contains("secret detail"))
            _ = try await service.send(.get, "/ready")
            let told = service.log.filter { $0.message == "a dependency is down" }
            #expect(told.count == 1, "the reason is for the log, once")
            let reason = told.first?.metadata.first { $0.key == "error" }?.value
            #expect(reason?.contains("secret detail") == true, "\(told)")
        }
    }

    @Test("each kind of access lets in whom it should")
    func access() async throws {
        try await withService(SampleProgram.self) { service in
            #expect(try await service.send(.get, "/open", token: "rubbish").json == ["caller": false])
            #expect(try await service.send(.get, "/visitor").json == ["caller": false])
            #expect(try await service.send(.get, "/visitor", token: "student").json == ["caller": true])
            #expect(try await service.send(.get, "/visitor", token: "rubbish").status == 401)
            let refused = try await service.send(.get, "/user")
            #expect(refused.status == 401)
            #expect(refused.fields.first("WWW-Authenticate")?.hasPrefix("Bearer") == true)
            #expect(refused.json["status_code"]?.integer == 401)
            #expect(refused.json["request_id"]?.string == refused.fields.first("X-Request-Id"))
            #expect(try await service.send(.get, "/user", token: "student").status == 200)
            #expect(try await service.send(.get, "/staff", token: "student").status == 403)
            #expect(try await service.send(.get, "/staff", token: "staff").status == 200)
            #expect(try await service.send(.get, "/staff", token: "admin").status == 200)
            let basic = try await service.send(.get, "/user", fields: [.authorization: "Basic c3R1ZGVudA=="])
            #expect(basic.status == 401)
        }
    }

    @Test("a key comes in where its scope is asked for, and nowhere as a user")
    func machines() async throws {
        try await withService(SampleProgram.self) { service in
            let key = "key:read incidents:write"
            for path in ["/user", "/staff", "/visitor"] {
                let answer = try await service.send(.get, path, token: key)
                #expect(answer.status == 403, "\(path)")
                #expect(answer.json["code"]?.string == "user_required")
            }
            #expect(
                try await service.send(.post, "/orders", token: key, json: ["name": "a", "count": 1]).status == 403)
            #expect(try await service.send(.get, "/open", token: key).json == ["caller": false])
            let free = try await service.send(.get, "/machine", token: key).json
            #expect(free == ["is_key": true, "account": .null, "reaches_acme": true, "reaches_none": true])
            let bound = try await service.send(.get, "/machine", token: "key:read@acme").json
            #expect(bound == ["is_key": true, "account": "acme", "reaches_acme": true, "reaches_none": false])
            let foreign = try await service.send(.get, "/machine", token: "key:read@other").json
            #expect(foreign["reaches_acme"] == false)
            let narrow = try await service.send(.get, "/machine", token: "key:incidents:write")
            #expect(narrow.status == 403)
            #expect(narrow.json["code"]?.string == "scope_missing")
            #expect(try await service.send(.get, "/machine").status == 401)
            #expect(try await service.send(.get, "/machine", token: "student").status == 403)
            let staff = try await service.send(.get, "/machine", token: "staff").json
            #expect(staff == ["is_key": false, "account": .null, "reaches_acme": true, "reaches_none": true])
            let document = try await service.send(.get, "/openapi.json").json
            let security = document["paths"]?["/machine"]?["get"]?["security"]
            #expect(security == [["api_key": ["read"]], ["bearer": []]])
            #expect(document["components"]?["securitySchemes"]?["api_key"]?["name"]?.string == "X-API-Key")
        }
    }

    @Test("an internal route wants a token made for this very service")
    func internalAccess() async throws {
        try await withService(SampleProgram.self) { service in
            let secret = Array("a secret of the tests, long enough to be taken".utf8)
            let tokens = try ServiceToken(secret: secret, time: SystemTime())
            let good = tokens.make(caller: "chat", callee: "notify")
            let other = tokens.make(caller: "chat", callee: "ingest")
            let forged = try ServiceToken(secret: secret.reversed(), time: SystemTime()).make(
                caller: "chat", callee: "notify")
            #expect(try await service.send(.post, "/internal/echo", token: good, json: [1]).json == [1])
            for token in [nil, other, forged, "admin"] {
                #expect(try await service.send(.post, "/internal/echo", token: token, json: [1]).status == 401)
            }
        }
    }

    @Test("a body is refused for its type, its form, and every bad field at once")
    func bodies() async throws {
        try await withService(SampleProgram.self) { service in
            let made = try await service.send(.post, "/things", json: ["name": "a", "count": 0])
            #expect(made.status == 201)
            let wrong = try await service.send(.post, "/things", json: ["name": "", "count": -1])
            #expect(wrong.status == 422)
            #expect(wrong.fields.first(.contentType) == "application/problem+json")
            #expect(wrong.json["errors"]?.array?.map { $0["field"]?.string } == ["name", "count"])
            let malformed = try await service.send(
                .post, "/things", body: Array("{\"name\":}".utf8), fields: [.contentType: "application/json"])
            #expect(malformed.status == 400)
            #expect(malformed.json["code"]?.string == "malformed_json")
            let empty = try await service.send(.post, "/things", body: [], fields: [.contentType: "application/json"])
            #expect(empty.status == 400)
            let form = try await service.send(
                .post, "/things", body: Array("name=a".utf8),
                fields: [.contentType: "application/x-www-form-urlencoded"])
            #expect(form.status == 415)
            let large = try await service.send(
                .post, "/things", json: ["name": .string(String(repeating: "a", count: API.bodyBytesMaxDefault))])
            #expect(large.status == 413)
        }
    }

    @Test("the same Idempotency-Key does the work once, gives the same answer, and is refused for another body")
    func idempotency() async throws {
        try await withService(SampleProgram.self) { service in
            func order(_ key: String?, _ name: String = "a") async throws -> RunningService.Answer {
                try await service.send(
                    .post, "/orders", token: "student", json: ["name": .string(name), "count": 1],
                    fields: key.map { ["Idempotency-Key": $0] } ?? [:])
            }
            let first = try await order("\"one\"")
            #expect(first.status == 201)
            let again = try await order("one")
            #expect(again.status == 201)
            #expect(again.json == first.json)
            #expect(again.fields.first(.location) == first.fields.first(.location))
            #expect(again.fields.first("Idempotent-Replayed") == "true")
            #expect(try await order("one", "b").status == 422)
            #expect(try await order("two").json["number"]?.integer == 2)
            #expect(try await order(nil).json["number"]?.integer == 3)
            // A refusal is an answer like any other, a failure of ours is not: the key is free again.
            #expect(try await order("three", "").status == 422)
            #expect(try await order("three", "").fields.first("Idempotent-Replayed") == "true")
            #expect(try await order("four", "fail").status == 500)
            #expect(try await order("four", "fail").fields.first("Idempotent-Replayed") == nil)
            for key in ["", "\"\"", "a b", String(repeating: "k", count: 256)] {
                #expect(try await order(key).status == 400)
            }
            #expect(try await order(String(repeating: "k", count: 255)).status == 201)
        }
    }

    @Test("an error of ours is a plain 500 with nothing of its inside")
    func unexpectedErrors() async throws {
        try await withService(SampleProgram.self) { service in
            let answer = try await service.send(.get, "/crash")
            #expect(answer.status == 500)
            #expect(!answer.text.contains("passwd"))
            #expect(try await service.send(.get, "/health").status == 200)
        }
    }

    @Test("what is not there is 404, a wrong method 405 with Allow, an id that is none 404")
    func notThere() async throws {
        try await withService(SampleProgram.self) { service in
            #expect(try await service.send(.get, "/nothing").status == 404)
            let method = try await service.send(.delete, "/things")
            #expect(method.status == 405)
            #expect(method.fields.first("Allow")?.contains("POST") == true)
            #expect(try await service.send(.get, "/things/7").status == 404)
            #expect(try await service.send(.get, "/things/\(Identifier.make())").status == 200)
        }
    }

    @Test("a list comes in pages that follow their links to the end, nothing twice and nothing lost")
    func paging() async throws {
        try await withService(SampleProgram.self) { service in
            var path: String? = "/list?limit=3"
            var seen: [String] = []
            var pages = 0
            while let next = path {
                let answer = try await service.send(.get, next)
                seen += (answer.json.array ?? []).compactMap(\.string)
                pages += 1
                let link = answer.fields.first("Link")
                #expect(link?.hasSuffix("rel=\"next\"") ?? true)
                path = link.map { String($0.drop { $0 != "<" }.dropFirst().prefix { $0 != ">" }) }
            }
            #expect(pages == 3)
            #expect(seen.count == 7)
            #expect(seen == seen.sorted(by: >))
            for query in ["limit=0", "limit=201", "limit=x", "cursor=x", "limit=-1&cursor="] {
                #expect(try await service.send(.get, "/list?\(query)").status == 422)
            }
            #expect(try await service.send(.get, "/list?limit=200").status == 200)
        }
    }

    @Test("wrong settings stop the start and are all told")
    func wrongSettings() async throws {
        let folder = try TemporaryFolder()
        let error = await #expect(throws: SettingsError.self) {
            _ = try await ServiceRunner.start(
                SampleProgram.self,
                environment: ["VAR_DIR": folder.path, "NOTIFY_PORT": "x", "LOG_LEVEL": "LOUD", "SAMPLE_DOWN": "2"])
        }
        #expect(error?.mistakes.map(\.variable) == ["NOTIFY_PORT", "LOG_LEVEL", "SAMPLE_DOWN"])
    }

    @Test("services that start together agree on one secret that nobody else can read")
    func internalSecret() async throws {
        let folder = try TemporaryFolder()
        let secrets = try await withThrowingTaskGroup(of: [UInt8].self) { group in
            for _ in 0..<8 {
                group.addTask { try InternalSecret.load(configured: nil, varFolder: folder.path) }
            }
            var all: Set<[UInt8]> = []
            for try await secret in group { all.insert(secret) }
            return all
        }
        #expect(secrets.count == 1)
        #expect(secrets.first?.count ?? 0 >= 32)
    }
}
