import HTTPMessages
import JSONCoding
import Platform
import ServiceTestSupport
import TestSupport
import Testing
import Tokens

@Suite("Orders of notifications")
struct OrderTests {
    @Test("without credentials every channel writes a file and says that nobody has got it")
    func outbox() async throws {
        try await withNotify { notify in
            let ids = try await notify.submit(
                RunningNotify.order(
                    [["email"], ["sms"], ["whatsapp"], ["webhook"]], email: "ada@example.net", phone: "+15005550006",
                    webhook: "https://hooks.example.org/x"))
            #expect(ids.count == 4)
            for (id, ending) in zip(ids, ["eml", "json", "json", "json"]) {
                let notification = try await notify.settled(id)
                #expect(notification["status"]?.string == "simulated")
                #expect(notification["sent_at"] == .null)
                #expect(RunningNotify.outcomes(notification) == ["simulated"])
                let file = try fileBytes("\(notify.service.folder)/outbox/\(id).\(ending)")
                #expect(String(decoding: file, as: UTF8.self).contains("TKT-98042a72"))
            }
            let sms = try await notify.notification(ids[1])
            #expect(sms["message"]?.string == "Ticket #TKT-98042a72 created. Follow-up in 24 hours.")
        }
    }

    @Test("the same key gives the same notifications; with another order it is refused; without one each is new")
    func idempotency() async throws {
        try await withNotify { notify in
            let order = RunningNotify.order(
                [["email"], ["sms"]], email: "ada@example.net", phone: "+15005550006", key: "k1")
            let first = try await notify.submit(order, token: RunningNotify.staff)
            #expect(try await notify.submit(order, token: RunningNotify.staff) == first)
            let other = RunningNotify.order([["email"]], email: "ada@example.net", key: "k1")
            let refused = try await notify.service.send(
                .post, "/api/notifications", token: RunningNotify.staff, json: other)
            #expect(refused.status == 422)
            #expect(refused.json["code"]?.string == "idempotency_mismatch")
            // Keys of different callers are different keys.
            #expect(try await notify.submit(order, token: RunningNotify.machine) != first)
            let free = RunningNotify.order([["email"]], email: "ada@example.net")
            #expect(try await notify.submit(free) != notify.submit(free))
        }
    }

    @Test("keys in the header are told apart to their last character, however long")
    func longHeaderKeys() async throws {
        try await withNotify { notify in
            func submit(_ key: String, _ email: String) async throws -> RunningService.Answer {
                try await notify.service.send(
                    .post, "/api/notifications", token: RunningNotify.staff,
                    json: RunningNotify.order([["email"]], email: email), fields: ["Idempotency-Key": key])
            }
            let common = String(repeating: "k", count: 254)
            let first = try await submit(common + "1", "ada@example.net")
            let second = try await submit(common + "2", "ada@example.net")
            #expect(first.status == 202 && second.status == 202)
            #expect(first.json["notification_ids"] != second.json["notification_ids"])
            #expect(try await submit(common + "3", "bob@example.net").status == 202)
            #expect(try await submit(common + "1", "ada@example.net").json == first.json)
            let reused = try await submit(common + "1", "bob@example.net")
            #expect(reused.status == 422 && reused.json["code"]?.string == "idempotency_mismatch")
            #expect(try await submit(common + "12", "ada@example.net").status == 400)
        }
    }

    @Test("the limits of an order, each at it and one past it")
    func limits() async throws {
        try await withNotify { notify in
            func text(_ count: Int) -> JSONValue { .string(String(repeating: "x", count: count)) }
            func refused(_ changes: JSONObject) async throws -> [String] {
                var order = RunningNotify.order([["email"]], email: "ada@example.net").object ?? [:]
                changes.forEach { order[$0] = $1 }
                let answer = try await notify.service.send(
                    .post, "/api/notifications", token: RunningNotify.machine, json: .object(order))
                if answer.status == 202 { return [] }
                #expect(answer.status == 422, "\(answer.text)")
                return (answer.json["errors"]?.array ?? []).compactMap { $0["field"]?.string }
            }
            func recipient(_ name: JSONValue) -> JSONValue { ["email": "ada@example.net", "name": name] }
            func files(_ count: Int, bytes: Int = 1) -> JSONValue {
                let content = Base64.encode([UInt8](repeating: 65, count: bytes))
                return .array(
                    (0..<count).map {
                        [
                            "name": .string("\($0).bin"), "content_type": "application/octet-stream",
                            "content_base64": .string(content),
                        ]
                    })
            }
            let ladder: JSONValue = ["email"]
            for (name, good, bad) in [
                ("idempotency_key", text(200), text(201)), ("subject", text(300), text(301)),
                ("recipient.name", recipient(text(200)), recipient(text(201))),
                ("reference.kind", ["kind": text(200), "id": "1"], ["kind": text(201), "id": "1"]),
                ("reference.id", ["kind": "a", "id": text(200)], ["kind": "a", "id": text(201)]),
                ("attachments", files(20), files(21)),
                ("attachments", files(2, bytes: 5 << 20), files(3, bytes: (10 << 20) / 3 + 1)),
                (
                    "channels", .array(Array(repeating: ladder, count: 8)), .array(Array(repeating: ladder, count: 9))
                ),
            ] as [(String, JSONValue, JSONValue)] {
                let member = String(name.prefix { $0 != "." })
                let (atLimit, pastIt) = (try await refused([member: good]), try await refused([member: bad]))
                #expect(atLimit == [] && pastIt == [name], "\(name)")
            }
        }
    }

    @Test("every bad field is named at once")
    func validation() async throws {
        try await withNotify { notify in
            let answer = try await notify.service.send(
                .post, "/api/notifications", token: RunningNotify.machine,
                json: [
                    "template": "unheard_of", "channels": [["email", "email"], ["sms"], ["webhook"]],
                    "recipient": [
                        "email": "not an address", "phone": "12345", "webhook_url": "ftp://x.example/",
                    ], "unsubscribe_url": "http://x.example/",
                    "attachments": [["name": "..", "content_type": "application", "content_base64": "AAAA"]],
                ])
            #expect(answer.status == 422)
            let fields = Set((answer.json["errors"]?.array ?? []).compactMap { $0["field"]?.string })
            #expect(
                fields.isSuperset(of: [
                    "template", "channels[0]", "recipient.email", "recipient.phone", "recipient.webhook_url",
                    "unsubscribe_url",
                ]), "\(fields)")
            let missing = try await notify.service.send(
                .post, "/api/notifications", token: RunningNotify.machine,
                json: [
                    "template": "incident_created", "channels": [["email"]], "recipient": ["email": "ada@example.net"],
                ])
            #expect(missing.status == 422)
            let names = Set((missing.json["errors"]?.array ?? []).compactMap { $0["field"]?.string })
            #expect(names == ["variables.ticket_id", "variables.incident_id", "variables.message"])
            // What is wrong with the form and what is wrong with the content come together, each once.
            let mixed = try await notify.service.send(
                .post, "/api/notifications", token: RunningNotify.machine,
                json: [
                    "channels": [["email"], ["sms", "sms"]], "urgent": "yes", "subject": 7,
                    "recipient": ["name": .string(String(repeating: "x", count: 201)), "phone": "12345"],
                    "attachments": [
                        ["name": "a.txt", "content_type": "text/plain", "content_base64": "AAAA"],
                        ["name": "b.txt", "content_type": "text/plain", "content_base64": "no base64"],
                    ], "reference": ["kind": "a\u{0}", "id": .string(String(repeating: "x", count: 201))],
                ])
            #expect(mixed.status == 422)
            let mixedNames = (mixed.json["errors"]?.array ?? []).compactMap { $0["field"]?.string }
            #expect(
                Set(mixedNames) == [
                    "template", "urgent", "subject", "recipient.name", "recipient.phone", "reference.kind",
                    "reference.id", "attachments[1].content_base64", "channels[0]", "channels[1]",
                ], "\(mixedNames)")
            #expect(Set(mixedNames).count == mixedNames.count)
            var files = RunningNotify.order([["email"]], email: "ada@example").object ?? [:]
            files["attachments"] = [
                ["name": "a.txt", "content_type": "text/plain", "content_base64": "AAAA"],
                ["name": "b.txt", "content_type": "text/plain", "content_base64": "no base64"],
            ]
            let undecodable = try await notify.service.send(
                .post, "/api/notifications", token: RunningNotify.machine, json: .object(files))
            #expect(
                (undecodable.json["errors"]?.array ?? []).compactMap { $0["field"]?.string } == [
                    "attachments[1].content_base64", "recipient.email",
                ])
            let nowhere = try await notify.service.send(
                .post, "/api/notifications", token: RunningNotify.machine,
                json: RunningNotify.order([["sms"]], email: "ada@example.net"))
            #expect(nowhere.status == 422)
        }
    }

    @Test("who may order and read: keys of the scope, staff, and nobody else; keys of an account see only it")
    func access() async throws {
        try await withNotify { notify in
            let order = RunningNotify.order([["email"]], email: "ada@example.net")
            let student = TestTokens.user(Identifier.make())
            for token in [student, TestTokens.key(.read), TestTokens.key(.incidentsWrite)] {
                let answer = try await notify.service.send(.post, "/api/notifications", token: token, json: order)
                #expect(answer.status == 403)
            }
            #expect(try await notify.service.send(.post, "/api/notifications", json: order).status == 401)
            #expect(try await notify.service.send(.get, "/api/notifications", token: student).status == 403)
            #expect(
                try await notify.service.send(
                    .post, "/internal/notifications", token: RunningNotify.staff, json: order
                ).status != 202)

            let own = TestTokens.key(.notificationsWrite, .read, account: "acme")
            let foreign = TestTokens.key(.notificationsWrite, .read, account: "other")
            let id = try #require(try await notify.submit(order, token: own).first)
            for (token, expected) in [(own, 200), (foreign, 404), (RunningNotify.machine, 200)] {
                let answer = try await notify.service.send(.get, "/api/notifications/\(id)", token: token)
                #expect(answer.status == expected)
            }
            let list = try await notify.service.send(.get, "/api/notifications", token: foreign)
            #expect(list.json.array?.isEmpty == true)
            #expect(
                try await notify.service.send(.post, "/api/notifications/\(id)/retry", token: foreign).status == 404)
        }
    }

    @Test("lists are paged and filtered")
    func listing() async throws {
        try await withNotify { notify in
            var ids: [String] = []
            for number in 0..<5 {
                ids += try await notify.submit(RunningNotify.order([["email"]], email: "ada+\(number)@example.net"))
            }
            for id in ids { _ = try await notify.settled(id) }
            func page(_ query: String) async throws -> RunningService.Answer {
                try await notify.service.send(.get, "/api/notifications?\(query)", token: RunningNotify.staff)
            }
            let first = try await page("limit=2&status=simulated")
            #expect((first.json.array ?? []).compactMap { $0["id"]?.string } == Array(ids.reversed().prefix(2)))
            let link = try #require(first.fields.first(.link))
            let path = link.dropFirst().prefix { $0 != ">" }
            let second = try await notify.service.send(.get, String(path), token: RunningNotify.staff)
            #expect((second.json.array ?? []).compactMap { $0["id"]?.string } == Array(ids.reversed()[2..<4]))
            let ofIncident = try await page("incident_id=0190a5f2-0000-7000-8000-000000000001")
            #expect(ofIncident.json.array?.count == 5)
            #expect(try await page("incident_id=other").json.array?.isEmpty == true)
            #expect(try await page("status=sent").json.array?.isEmpty == true)
            #expect(try await page("status=wrong&channel=pigeon&limit=0").json["errors"]?.array?.count == 3)
        }
    }

    @Test("when a channel fails for good the next one of the ladder is used")
    func ladder() async throws {
        let server = try MailServer()
        try await withNotify(server.environment) { notify in
            let id = try #require(
                try await notify.submit(
                    RunningNotify.order([["email", "sms"]], email: "nobody@example.net", phone: "+15005550006")
                ).first)
            let notification = try await notify.settled(id)
            #expect(notification["status"]?.string == "simulated")
            #expect(notification["channel"]?.string == "sms")
            #expect(RunningNotify.outcomes(notification) == ["permanent", "simulated"])
        }
    }

    @Test("a failed notification can be tried again, others cannot")
    func replay() async throws {
        let server = try MailServer()
        try await withNotify(server.environment) { notify in
            let failed = try #require(
                try await notify.submit(RunningNotify.order([["email"]], email: "nobody@example.net")).first)
            #expect(try await notify.settled(failed)["status"]?.string == "failed")
            let again = try await notify.service.send(
                .post, "/api/notifications/\(failed)/retry", token: RunningNotify.staff)
            #expect(again.status == 202)
            let second = try await notify.settled(failed)
            #expect(RunningNotify.outcomes(second) == ["permanent", "permanent"])
            let sent = try #require(
                try await notify.submit(RunningNotify.order([["email"]], email: "ada@example.net")).first)
            _ = try await notify.settled(sent)
            let conflict = try await notify.service.send(
                .post, "/api/notifications/\(sent)/retry", token: RunningNotify.staff)
            #expect(conflict.status == 409)
        }
    }

    @Test("more than the limit of messages to one recipient wait for their hour; other recipients do not")
    func recipientLimit() async throws {
        try await withNotify(["RECIPIENT_PER_HOUR": "2"]) { notify in
            let start = notify.time.wall
            var ids: [String] = []
            for _ in 0..<2 {
                ids += try await notify.submit(RunningNotify.order([["email"]], email: "ada@example.net"))
            }
            for id in ids { _ = try await notify.settled(id) }
            #expect(notify.time.wall.duration(since: start) < .seconds(60))
            let third = try #require(
                try await notify.submit(RunningNotify.order([["email"]], email: "ada@example.net")).first)
            let other = try #require(
                try await notify.submit(RunningNotify.order([["email"]], email: "bob@example.net")).first)
            #expect(try await notify.settled(other)["status"]?.string == "simulated")
            #expect(notify.time.wall.duration(since: start) < .seconds(60))
            let waited = try await notify.settled(third)
            #expect(waited["status"]?.string == "simulated")
            #expect(RunningNotify.outcomes(waited) == ["simulated"], "waiting is no attempt")
            #expect(notify.time.wall.duration(since: start) >= .seconds(3_600))
        }
    }

    @Test("of sixty messages to one recipient half go out now and half an hour later, and none is lost")
    func sixty() async throws {
        try await withNotify { notify in
            let start = notify.time.wall
            var ids: [String] = []
            for _ in 0..<60 {
                ids += try await notify.submit(RunningNotify.order([["email"]], email: "ada@example.net"))
            }
            func list(_ status: String) async throws -> [JSONValue] {
                let answer = try await notify.service.send(
                    .get, "/api/notifications?limit=200&status=\(status)", token: RunningNotify.staff)
                return answer.json.array ?? []
            }
            let anHourOn = (start + .seconds(3_600)).rfc3339
            // The clock stands still: the rest has been put off when all of it waits for the same moment.
            while try await list("pending").filter({ $0["next_attempt_at"]?.string == anHourOn }).count < 30 {}
            #expect(try await list("simulated").count == 30)
            #expect(try await list("pending").count == 30)
            #expect(try await list("pending").allSatisfy { $0["attempts"]?.integer == 0 })
            for id in ids {
                let notification = try await notify.settled(id)
                #expect(RunningNotify.outcomes(notification) == ["simulated"])
                #expect(try !fileBytes("\(notify.service.folder)/outbox/\(id).eml").isEmpty)
            }
            #expect(notify.time.wall.duration(since: start) < .seconds(3_700))
        }
    }

    @Test(
        "the hour of a recipient's limit is an hour wherever the time of day is set to meanwhile",
        arguments: [86_400, -86_400, 1_800, -1_800])
    func limitAndJumps(jump: Int) async throws {
        try await withNotify(["RECIPIENT_PER_HOUR": "1"]) { notify in
            func submit() async throws -> String {
                try #require(
                    try await notify.submit(RunningNotify.order([["email"]], email: "ada@example.net")).first)
            }
            _ = try await notify.settled(try await submit())
            let began = notify.time.monotonic
            notify.time.setWall(notify.time.wall + .seconds(jump))
            let second = try await submit()
            var next: Timestamp?
            while next == nil || next == notify.time.wall {
                let notification = try await notify.notification(second)
                try #require(notification["status"]?.string == "pending")
                next = notification["next_attempt_at"]?.string.flatMap { Timestamp(rfc3339: $0) }
            }
            let wait = try #require(next).duration(since: notify.time.wall)
            #expect(wait <= .seconds(3_600) && wait > .seconds(3_590))
            #expect(try await notify.settled(second)["status"]?.string == "simulated")
            #expect(notify.time.monotonic - began >= .seconds(3_590))
        }
    }

    @Test("within quiet hours messages wait for the morning; urgent ones, and other channels, do not")
    func quietHours() async throws {
        // 2026-01-02T03:03:04Z is 04:03 in Berlin.
        let time = ManualTime()
        let environment = ["QUIET_HOURS": "22:00-07:00", "QUIET_TIME_ZONE": "Europe/Berlin"]
        try await withNotify(environment, time: time) { notify in
            func send(_ channel: String, urgent: Bool) async throws -> JSONValue {
                let id = try #require(
                    try await notify.submit(
                        RunningNotify.order(
                            [[channel]], email: "ada@example.net", phone: "+15005550006", urgent: urgent)
                    ).first)
                return try await notify.settled(id)
            }
            _ = try await send("email", urgent: false)
            _ = try await send("sms", urgent: true)
            #expect(time.wall.rfc3339.hasPrefix("2026-01-02T03:0"))
            let waited = try await send("sms", urgent: false)
            #expect(waited["status"]?.string == "simulated")
            #expect(time.wall.rfc3339.hasPrefix("2026-01-02T06:00:0"), "\(time.wall)")
        }
    }
}
