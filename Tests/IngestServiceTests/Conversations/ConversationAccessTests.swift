import HTTPMessages
import JSONCoding
import Platform
import ServiceTestSupport
import TestSupport
import Testing
import Tokens

@testable import IngestService

/// Who may ask for what, and what is refused before anything happens.
struct ConversationAccessTests {
    @Test func `keys reach their own account, with their scope; people need to be staff`() async throws {
        let standIn = try StandIn()
        try await ConversationHarness.run(standIn) { harness in
            let id = try await harness.start()
            _ = try await harness.settle(id)
            let other = TestTokens.key(.postprocessWrite, account: "other")
            let unbound = TestTokens.key(.postprocessWrite)
            let wrongScope = TestTokens.key(.incidentsWrite, account: "acme")
            let reader = TestTokens.key(.read, account: "acme")
            let student = TestTokens.user(Identifier.make())
            let routes: [(HTTPMethod, String, JSONValue?)] = [
                (
                    .post, "/conversation",
                    ["email_id": "a@b.example", "account_id": "acme", "conversation_id": "conv_1"]
                ),
                (.get, "/status/\(id)", nil), (.get, "/\(id)/audit", nil),
                (.get, "/conversations?account_id=acme", nil),
            ]
            for (method, path, body) in routes {
                let full = "/api/v1/postprocess\(path)"
                for (token, status) in [
                    (nil, 401), ("nonsense", 401), (student, 403), (wrongScope, 403), (other, 404),
                    (reader, method == .post ? 403 : 200),
                    (unbound, method == .post ? 202 : 200), (harness.key, method == .post ? 202 : 200),
                ] as [(String?, Int)] {
                    let answer = try await harness.service.send(method, full, token: token, json: body)
                    #expect(answer.status == status, "\(path) \(token ?? "-"): \(answer.text)")
                }
            }
            for path in ["/api/v1/accounts/acme/settings", "/api/v1/accounts/acme/usage"] {
                #expect(try await harness.service.send(.get, path, token: other).status == 404)
                #expect(try await harness.service.send(.get, path, token: harness.key).status == 200)
            }
            let put = try await harness.service.send(
                .put, "/api/v1/accounts/acme/settings", token: harness.key, json: [:])
            #expect(put.status == 403)
            let listed = try await harness.service.send(.get, "/api/v1/postprocess/conversations", token: other)
            #expect(listed.json == [])
            #expect(standIn.seen(StandIn.conversation).count == 1)
        }
    }

    @Test func `conversations are listed by account and state, page by page`() async throws {
        let standIn = try StandIn()
        standIn.on("/v1/convai/conversations/conv_2") { _ in .json(404, [:]) }
        try await ConversationHarness.run(standIn) { harness in
            let first = try await harness.start("conv_1")
            let second = try await harness.start("conv_2")
            let third = try await harness.start("conv_1", account: "other")
            for id in [first, second, third] { _ = try await harness.settle(id) }
            func list(_ query: String) async throws -> ([String?], String?) {
                let answer = try await harness.service.send(
                    .get, "/api/v1/postprocess/conversations\(query)", token: harness.staff)
                return (
                    (answer.json.array ?? []).map { $0["processing_id"]?.string }, answer.fields.first(.link)
                )
            }
            #expect(try await list("").0 == [third, second, first])
            #expect(try await list("?account_id=acme").0 == [second, first])
            #expect(try await list("?status=failed").0 == [second])
            #expect(try await list("?account_id=acme&status=completed").0 == [first])
            let (page, link) = try await list("?limit=2")
            #expect(page == [third, second])
            let next = try #require(link?.split(separator: "?").last?.split(separator: ">").first)
            #expect(try await list("?\(next)").0 == [first])
            for wrong in ["?status=odd", "?account_id=../x", "?limit=0", "?cursor=x"] {
                let answer = try await harness.service.send(
                    .get, "/api/v1/postprocess/conversations\(wrong)", token: harness.staff)
                #expect(answer.status == 422, "\(wrong)")
            }
        }
    }

    @Test(arguments: [
        "", "..", "../x", "a/b", "a\\b", ".hidden", "-a", "a b", "a%2Fb", "a\u{0}b", "ä", "a\nb", "_a",
        String(repeating: "a", count: 129),
    ])
    func `names that could lead elsewhere are refused, both at once`(name: String) async throws {
        try await ConversationHarness.run(try StandIn()) { harness in
            let answer = try await harness.request(name, account: name)
            #expect(answer.status == 422)
            let fields = Set((answer.json["errors"]?.array ?? []).compactMap { $0["field"]?.string })
            #expect(fields == ["account_id", "conversation_id"], "\(answer.text)")
            #expect(try await harness.count("conversation_processing") == 0)
        }
    }

    @Test func `each wrong field is named, and names at their longest are taken`() async throws {
        try await ConversationHarness.run(try StandIn()) { harness in
            for email in ["", "no", "a@b", "a@b.example\r\nBcc: c@d.example", "a b@c.example"] {
                let answer = try await harness.request(email: email)
                #expect(answer.status == 422 && answer.json["errors"]?[0]?["field"]?.string == "email_id")
            }
            let empty = try await harness.service.send(
                .post, "/api/v1/postprocess/conversation", token: harness.staff, json: [:])
            #expect(empty.status == 422 && empty.json["errors"]?.array?.count == 3)
            let wrong = try await harness.request("a/b", account: "../x", email: "m")
            let fields = wrong.json["errors"]?.array?.compactMap { $0["field"]?.string }
            #expect(fields == ["email_id", "account_id", "conversation_id"], "\(wrong.text)")
            let long = "A" + String(repeating: "-", count: 126) + "_"
            #expect(try await harness.request(long, account: long).status == 202)
            for id in ["x", "proc_x", "proc_019B76DA-A800-7000-8000-000000000001", "..%2F..", "\(Identifier.make())"] {
                let answer = try await harness.service.send(
                    .get, "/api/v1/postprocess/status/\(id)", token: harness.staff)
                #expect(answer.status == 404, "\(id)")
            }
        }
    }

    @Test func `an idempotency key gives the same answer, and not for another body`() async throws {
        try await ConversationHarness.run(try StandIn()) { harness in
            func send(_ conversation: String) async throws -> RunningService.Answer {
                try await harness.service.send(
                    .post, "/api/v1/postprocess/conversation", token: harness.staff,
                    json: [
                        "email_id": "a@b.example", "account_id": "acme", "conversation_id": .string(conversation),
                        "force": true,
                    ], fields: [.idempotencyKey: "once"])
            }
            let first = try await send("conv_1")
            let second = try await send("conv_1")
            #expect(first.status == 202 && first.body == second.body)
            #expect(try await send("conv_2").status == 422)
            #expect(try await harness.count("conversation_processing") == 1)
        }
    }

    @Test func `limits per day and month hold and say when they end`() async throws {
        let standIn = try StandIn()
        for number in 2...9 {
            standIn.on("/v1/convai/conversations/conv_\(number)") { _ in .json(404, [:]) }
        }
        // 2026-01-02T03:03:04Z
        try await ConversationHarness.run(standIn) { harness in
            let settings: JSONValue = ["limits": ["conversations_per_day": 2, "conversations_per_month": 3]]
            #expect(try await harness.put(settings).status == 200)
            _ = try await harness.start("conv_2")
            _ = try await harness.start("conv_3")
            let refused = try await harness.request("conv_4")
            #expect(refused.status == 429 && refused.json["code"]?.string == "account_limit_reached")
            #expect(refused.fields.first("RateLimit-Policy") == #""conversations-day";q=2;w=86400"#)
            #expect(refused.fields.first(.retryAfter) == "75416")
            // What is there already costs nothing; other accounts have limits of their own.
            #expect(try await harness.request("conv_2").status == 202)
            #expect(try await harness.request("conv_2", account: "other").status == 202)
            harness.time.setWall(harness.time.wall + .seconds(86_400))
            _ = try await harness.start("conv_5")
            let month = try await harness.request("conv_6")
            #expect(month.status == 429)
            #expect(month.json["detail"]?.string == "The account's limit of 3 conversations per month is reached.")
            harness.time.setWall(harness.time.wall + .seconds(31 * 86_400))
            _ = try await harness.start("conv_6")
        }
    }

    @Test func `each setting holds at its limits, and not one beyond`() async throws {
        func text(_ count: Int) -> JSONValue { .string(String(repeating: "a", count: count)) }
        func agents(_ count: Int) -> JSONValue { .array((0..<count).map { .string("agent_\($0)") }) }
        let numbers: [(String, String?, Int64, Int64)] = [
            ("limits", "file_bytes_max", 1, 2 << 30), ("limits", "conversations_per_day", 0, 1_000_000),
            ("limits", "conversations_per_month", 0, 10_000_000), ("timeouts", "provider_seconds", 1, 300),
            ("timeouts", "provider_wait_seconds", 1, 86_400), ("timeouts", "model_seconds", 5, 240),
            ("link_seconds", nil, 1, 604_800),
        ]
        var cases: [(field: String, good: [JSONValue], bad: [JSONValue])] = [
            ("email_template", [text(1), text(64)], [text(0), text(65)]),
            ("email_subject", [text(1), text(200)], [text(0), text(201)]),
            ("prompt", [text(1), text(16_000)], [text(0), text(16_001)]),
            ("model", [text(1), text(200)], [text(0), text(201)]),
            ("bucket", [text(3), text(63)], [text(2), text(64)]),
            ("agent_ids", [agents(0), agents(200), .array([text(128)])], [agents(201), .array([text(129)])]),
        ]
        for (outer, inner, low, high) in numbers {
            func value(_ number: Int64) -> JSONValue {
                inner.map { .object([$0: .integer(number)]) } ?? .integer(number)
            }
            cases.append((outer, [value(low), value(high)], [value(low - 1), value(high + 1)]))
        }
        try await ConversationHarness.run(try StandIn()) { harness in
            for (field, good, bad) in cases {
                for value in good {
                    let answer = try await harness.put(.object([field: value]))
                    #expect(answer.status == 200, "\(field): \(answer.text)")
                }
                for value in bad {
                    let answer = try await harness.put(.object([field: value]))
                    let named = answer.json["errors"]?[0]?["field"]?.string ?? ""
                    #expect(answer.status == 422 && named.hasPrefix(field), "\(field): \(answer.text)")
                }
            }
        }
        // What was stored when more was allowed.
        let old = AccountSettings(json: ["timeouts": ["model_seconds": 600]])
        #expect(old.timeouts.modelSeconds == AccountSettings.Timeouts.modelSecondsMax)
    }

    @Test func `settings are kept, completed by defaults and checked`() async throws {
        try await ConversationHarness.run(try StandIn()) { harness in
            let path = "/api/v1/accounts/acme/settings"
            let defaults = try await harness.service.send(.get, path, token: harness.key).json
            #expect(defaults["limits"]?["file_bytes_max"]?.integer == 10_485_760)
            #expect(defaults["redact_card_numbers"]?.bool == true)
            let changed = try await harness.put(["default_email": "a@b.example", "limits": ["file_bytes_max": 5]])
            #expect(changed.status == 200)
            let read = try await harness.service.send(.get, path, token: harness.key).json
            #expect(read == changed.json)
            #expect(read["default_email"]?.string == "a@b.example")
            #expect(read["timeouts"]?["provider_seconds"]?.integer == 30)
            let wrong: [(String, JSONValue)] = [
                ("email_template", "../x"), ("bucket", "No_Bucket"), ("default_email", "x"), ("model", "a\nb"),
                ("email_subject", "a\r\nBcc: b"), ("link_seconds", 604_801), ("link_seconds", 0), ("prompt", ""),
                ("redact_card_numbers", "yes"),
            ]
            for (field, value) in wrong {
                let answer = try await harness.put(.object([field: value]))
                #expect(answer.status == 422 && answer.json["errors"]?[0]?["field"]?.string == field, "\(answer.text)")
            }
            let limit = try await harness.put(["limits": ["file_bytes_max": 0]])
            #expect(limit.json["errors"]?[0]?["field"]?.string == "limits.file_bytes_max")
            let twice = try await harness.put(["agent_ids": ["a", "b/c", "a"]])
            #expect(twice.json["errors"]?.array?.count == 2)
            #expect(try await harness.put(["agent_ids": ["agent_1"]]).status == 200)
            let taken = try await harness.put(["agent_ids": ["agent_2", "agent_1"]], account: "other")
            #expect(taken.status == 422 && taken.json["errors"]?[0]?["field"]?.string == "agent_ids[1]")
            #expect(try await harness.service.send(.get, path, token: harness.key).json["agent_ids"] == ["agent_1"])
        }
    }
}
