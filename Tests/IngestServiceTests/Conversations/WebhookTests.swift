import Crypto
import HTTPMessages
import JSONCoding
import Platform
import ServiceTestSupport
import TestSupport
import Testing

@testable import IngestService

/// The provider's webhook, and what makes up for a lost one.
struct WebhookTests {
    private let path = "/api/v1/postprocess/webhook/elevenlabs"

    private func sign(_ body: [UInt8], at seconds: Int64, secret: String = ConversationHarness.webhookSecret) -> String
    {
        let code = HMAC.sha256(Array("\(seconds).".utf8) + body, key: Array(secret.utf8))
        return "t=\(seconds),v0=\(Hex.encode(code))"
    }

    private func deliver(
        _ json: JSONValue, _ harness: ConversationHarness, age: Int64 = 0
    ) async throws -> RunningService.Answer {
        let body = json.serialized()
        let now = harness.time.wall.millisecondsSince1970 / 1_000
        return try await harness.service.send(
            .post, path, body: body,
            fields: [.contentType: "application/json", "ElevenLabs-Signature": sign(body, at: now - age)])
    }

    private func ended(_ detail: JSONValue) -> JSONValue {
        ["type": "post_call_transcription", "event_timestamp": 1_768_466_000, "data": detail]
    }

    @Test func `the published example's signature is right`() throws {
        let body = Array(#"{"type":"post_call_audio","event_timestamp":1768466000,"data":{}}"#.utf8)
        let field = "t=1768466000,v0=ffc6788fa0b2166ca280ed70ab69bcda0ab96fb60b5a9fc1a5a7ae958b50c2a5"
        let signature = try #require(WebhookSignature(field))
        #expect(signature.isValid(body: body, secret: "wsec_demo"))
        #expect(!signature.isValid(body: body + [0x20], secret: "wsec_demo"))
        #expect(!signature.isValid(body: body, secret: "wsec_demo2"))
        let at = Timestamp(millisecondsSince1970: 1_768_466_000_000)
        for (seconds, isTimely) in [(0, true), (1_800, true), (1_801, false), (-1_800, true), (-1_801, false)] {
            #expect(signature.isTimely(at: at + .seconds(seconds)) == isTimely, "\(seconds)")
        }
    }

    @Test(arguments: [
        "", "t=1", "v0=00", "t=1,v0=zz", "t=1;v0=00", "t=,v0=\(String(repeating: "0", count: 64))",
        "t=-1,v0=\(String(repeating: "0", count: 64))", "t=1,t=2,v0=\(String(repeating: "0", count: 64))",
        "t=99999999999999999999,v0=\(String(repeating: "0", count: 64))", "t=1,v0=\(String(repeating: "0", count: 62))",
        "t=1,v0=\(String(repeating: "0", count: 64)),v0=\(String(repeating: "0", count: 64))", "t=1,v0",
    ])
    func `signatures that are none are not taken`(field: String) {
        #expect(WebhookSignature(field) == nil)
    }

    @Test func `a webhook begins the conversation of its agent's account`() async throws {
        let standIn = try StandIn()
        try await ConversationHarness.run(standIn) { harness in
            let put = try await harness.put(["agent_ids": ["agent_1"], "default_email": "desk@example.org"])
            #expect(put.status == 200)
            let answer = try await deliver(ended(StandIn.detail(variables: ["account_id": "other"])), harness)
            #expect(answer.status == 200 && answer.json["status"]?.string == "accepted")
            let id = try #require(answer.json["processing_id"]?.string)
            let status = try await harness.settle(id)
            #expect(status["status"]?.string == "completed" && status["account_id"]?.string == "acme")
            #expect(status["source"]?.string == "webhook" && status["email_id"]?.string == "desk@example.org")
            let again = try await deliver(ended(StandIn.detail()), harness, age: 5)
            #expect(again.json["status"]?.string == "known" && again.json["processing_id"]?.string == id)
            #expect(standIn.seen(StandIn.email).count == 1)
        }
    }

    @Test func `without an agent's account the call's own variables name account and address`() async throws {
        let standIn = try StandIn()
        try await ConversationHarness.run(standIn) { harness in
            let detail = StandIn.detail(variables: ["account_id": "acme", "email_id": "v@example.org"])
            let id = try #require(try await deliver(ended(detail), harness).json["processing_id"]?.string)
            #expect(try await harness.settle(id)["email_id"]?.string == "v@example.org")
        }
    }

    @Test func `a conversation with nobody to be told is completed all the same`() async throws {
        let standIn = try StandIn()
        try await ConversationHarness.run(standIn) { harness in
            let detail = StandIn.detail(variables: ["account_id": "acme", "email_id": "x\r\nBcc: y@z.example"])
            let id = try #require(try await deliver(ended(detail), harness).json["processing_id"]?.string)
            let status = try await harness.settle(id)
            #expect(status["status"]?.string == "completed" && status["email_id"] == .null)
            #expect(standIn.seen(StandIn.email).isEmpty)
        }
    }

    @Test func `other events, foreign agents and accounts over their limit begin nothing`() async throws {
        try await ConversationHarness.run(try StandIn()) { harness in
            let events: [JSONValue] = [
                ["type": "post_call_audio", "data": ["agent_id": "a", "conversation_id": "c", "full_audio": "//PE"]],
                ["type": "something_new", "data": ["x": 1]], ended(StandIn.detail()),
                ended(StandIn.detail(variables: ["account_id": "../x"])),
                ended(StandIn.detail(id: "../conv", variables: ["account_id": "acme"])),
            ]
            for (index, event) in events.enumerated() {
                let answer = try await deliver(event, harness, age: Int64(index))
                #expect(answer.status == 200 && answer.json["status"]?.string == "ignored", "\(answer.text)")
            }
            #expect(try await harness.put(["limits": ["conversations_per_day": 0]]).status == 200)
            let limited = try await deliver(ended(StandIn.detail(variables: ["account_id": "acme"])), harness)
            #expect(limited.json["status"]?.string == "ignored")
            #expect(try await harness.count("conversation_processing") == 0)
        }
    }

    @Test func `wrong, old, future and repeated deliveries are refused`() async throws {
        try await ConversationHarness.run(try StandIn()) { harness in
            let event = ended(StandIn.detail(variables: ["account_id": "acme"]))
            let old = try await deliver(event, harness, age: 1_801)
            #expect(old.status == 401 && old.json["code"]?.string == "signature_invalid")
            #expect(try await deliver(event, harness, age: -1_801).status == 401)
            let body = event.serialized()
            let now = harness.time.wall.millisecondsSince1970 / 1_000
            func send(_ fields: HTTPFields, _ body: [UInt8]) async throws -> Int {
                try await harness.service.send(.post, path, body: body, fields: fields).status
            }
            let good = sign(body, at: now)
            #expect(try await send([:], body) == 401)
            #expect(try await send(["ElevenLabs-Signature": sign(body, at: now, secret: "other")], body) == 401)
            #expect(try await send(["ElevenLabs-Signature": good], body + [0x0A]) == 401)
            #expect(
                try await send(["ElevenLabs-Signature": good.replacing("t=\(now)", with: "t=\(now - 1)")], body) == 401)
            #expect(try await harness.count("conversation_processing") == 0)
            #expect(try await send(["ElevenLabs-Signature": good], body) == 200)
            #expect(try await send(["ElevenLabs-Signature": good], body) == 409)
            #expect(try await harness.count("conversation_processing") == 1)
            let garbage = Array("{".utf8)
            #expect(try await send(["ElevenLabs-Signature": sign(garbage, at: now)], garbage) == 400)
            let none = ended(["x": 1]).serialized()
            #expect(try await send(["ElevenLabs-Signature": sign(none, at: now)], none) == 422)
        }
    }

    @Test func `a body at the limit is read, one beyond is refused`() async throws {
        try await ConversationHarness.run(try StandIn()) { harness in
            func event(_ count: Int) -> [UInt8] {
                let frame = Array(#"{"type":"x","data":""}"#.utf8)
                return Array(frame.dropLast(2)) + [UInt8](repeating: 0x61, count: count - frame.count) + frame.suffix(2)
            }
            let now = harness.time.wall.millisecondsSince1970 / 1_000
            for (count, status) in [(WebhookRoutes.bodyBytesMax, 200), (WebhookRoutes.bodyBytesMax + 1, 413)] {
                let body = event(count)
                let answer = try await harness.service.send(
                    .post, path, body: body, fields: ["ElevenLabs-Signature": sign(body, at: now)])
                #expect(answer.status == status)
            }
        }
    }

    @Test func `without a secret webhooks are not taken`() async throws {
        try await ConversationHarness.run(try StandIn(), environment: ["ELEVENLABS_WEBHOOK_SECRET": ""]) { harness in
            let answer = try await deliver(ended(StandIn.detail()), harness)
            #expect(answer.status == 503 && answer.json["code"]?.string == "webhook_not_configured")
        }
    }

    @Test func `conversations whose webhook was lost are found, once each`() async throws {
        let standIn = try StandIn()
        for number in 1...3 {
            standIn.on("/v1/convai/conversations/conv_\(number)") { _ in
                .json(200, StandIn.detail(id: "conv_\(number)", hasAudio: false))
            }
        }
        standIn.on(StandIn.list) { number in
            func item(_ id: String, agent: String = "agent_1", status: String = "done") -> JSONValue {
                ["conversation_id": .string(id), "agent_id": .string(agent), "status": .string(status)]
            }
            // Two pages, again and again.
            return number % 2 == 1
                ? .json(
                    200,
                    [
                        "conversations": [item("conv_1"), item("conv_2"), item("conv_8", status: "processing")],
                        "has_more": true, "next_cursor": "next page",
                    ])
                : .json(
                    200,
                    [
                        "conversations": [item("conv_3"), item("conv_9", agent: "foreign"), ["odd": true]],
                        "has_more": false, "next_cursor": nil,
                    ])
        }
        let environment = ["ELEVENLABS_RECONCILE_INTERVAL": "60s"]
        try await ConversationHarness.run(standIn, environment: environment) { harness in
            #expect(try await harness.put(["agent_ids": ["agent_1"]]).status == 200)
            _ = try await harness.settle(try await harness.start("conv_2"))
            while standIn.seen(StandIn.list).count < 4 { try await harness.passTime() }
            let listed = try await harness.service.send(
                .get, "/api/v1/postprocess/conversations", token: harness.staff)
            let found = (listed.json.array ?? []).compactMap { item -> String? in
                guard let id = item["conversation_id"]?.string, let source = item["source"]?.string else { return nil }
                return "\(id) \(source)"
            }
            #expect(found.sorted() == ["conv_1 reconciliation", "conv_2 api", "conv_3 reconciliation"])
            let heads = standIn.seen(StandIn.list).map(\.head)
            #expect(
                heads[0].contains("page_size=100&call_start_after_unix=") && heads[1].contains("cursor=next%20page"))
        }
    }
}
