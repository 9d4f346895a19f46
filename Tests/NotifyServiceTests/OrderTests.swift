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
