import HTTPMessages
import JSONCoding
import Platform
import ServiceTestSupport
import TestSupport
import Testing
import Tokens

@testable import NotifyService

@Suite struct IncidentRoutesTests {
    private static let staff = TestTokens.user(.make(), .staff)
    private static let report: JSONValue = [
        "customer_id": "c1", "channel": "email", "message": "I was charged twice for my order.",
        "email": "ada@example.org", "phone": "+1 500 555 0006",
    ]

    private func withNotify(
        _ environment: [String: String] = [:], time: any TimeSource = SystemTime(),
        _ body: (RunningService) async throws -> Void
    ) async throws {
        var settings = ["TEMPLATES_DIR": IncidentFixture.templates, "MODEL_DIR": "/nowhere"]
        settings.merge(environment) { _, new in new }
        try await withService(WithTestTokens<NotifyProgram>.self, environment: settings, time: time, body)
    }

    private static func report(_ changes: JSONObject) -> JSONValue {
        var object = report.object ?? JSONObject()
        changes.forEach { object[$0] = $1 }
        return .object(object)
    }

    @Test func `The 201 has exactly the fields that the systems before had`() async throws {
        try await withNotify { notify in
            let answer = try await notify.send(.post, "/api/incidents", token: Self.staff, json: Self.report)
            #expect(answer.status == 201, "\(answer.text)")
            #expect(
                answer.json.object?.keys == [
                    "incident_id", "ticket_id", "status", "classification", "confidence", "message",
                ])
            let id = try #require(answer.json["incident_id"]?.string)
            #expect(Identifier(id) != nil)
            #expect(answer.json["ticket_id"]?.string?.wholeMatch(of: /TKT-[0-9a-f]{8}/) != nil)
            #expect(answer.json["status"]?.string == "open")
            #expect(answer.json["classification"]?.string == "duplicate_payment")
            #expect((0...1).contains(answer.json["confidence"]?.number ?? -1))
            #expect(
                answer.json["message"]?.string
                    == "Incident received and ticket created. Acknowledgments sent via email and SMS.")
            #expect(answer.fields.first(.location) == "/api/incidents/\(id)")

            let again = try await notify.send(.post, "/api/incidents", token: Self.staff, json: Self.report)
            #expect(again.status == 201)
            #expect(again.json["joined"] == true)
            #expect(again.json["incident_id"]?.string == id)
            #expect(IncidentSchemas.receipt.validate(again.json).isEmpty)

            let shown = try await notify.send(.get, "/api/incidents/\(id)", token: Self.staff)
            #expect(IncidentSchemas.dossier.validate(shown.json).isEmpty)
            #expect(shown.json["repeats"]?.integer == 1)
            #expect(shown.json["reminder_sent"]?.integer == 0)
            #expect(shown.json["notifications"]?.array?.count == 2)
            #expect(shown.json["notifications"]?.array?.allSatisfy { $0["incident_id"]?.string == id } == true)
        }
    }

    @Test(
        "The acknowledgment names the channels really used",
        arguments: [
            (["phone": .null], " Acknowledgments sent via email."),
            (["email": .null], " Acknowledgments sent via SMS."),
            (["email": .null, "channel": "whatsapp"], " Acknowledgments sent via WhatsApp."),
            (["channel": "whatsapp"], " Acknowledgments sent via email and WhatsApp."),
            (["email": .null, "phone": .null], ""),
        ] as [(JSONObject, String)])
    func channels(changes: JSONObject, expected: String) async throws {
        try await withNotify { notify in
            let answer = try await notify.send(
                .post, "/api/incidents", token: Self.staff, json: Self.report(changes))
            #expect(answer.json["message"]?.string == "Incident received and ticket created.\(expected)")
        }
    }

    @Test func `A bad report is refused with every bad field, and leaves nothing behind`() async throws {
        try await withNotify { notify in
            let answer = try await notify.send(
                .post, "/api/incidents", token: Self.staff,
                json: ["customer_id": "", "channel": "x", "message": 1, "email": "x", "phone": "x"])
            #expect(answer.status == 422)
            #expect(answer.fields.first(.contentType) == "application/problem+json")
            let fields = answer.json["errors"]?.array?.compactMap { $0["field"]?.string }
            #expect(fields == ["customer_id", "channel", "message", "email", "phone"])
            #expect(answer.json["errors"]?.array?.allSatisfy { $0["message"]?.string?.isEmpty == false } == true)
            let malformed = try await notify.send(
                .post, "/api/incidents", token: Self.staff, body: Array("{".utf8),
                fields: [.contentType: "application/json"])
            #expect(malformed.status == 400)
            let large = Self.report(["x": .string(String(repeating: "x", count: IncidentRoutes.bodyBytesMax))])
            #expect(try await notify.send(.post, "/api/incidents", token: Self.staff, json: large).status == 413)
            #expect(try await notify.send(.get, "/api/incidents", token: Self.staff).json == [])
        }
    }

    @Test func `Who may do what`() async throws {
        try await withNotify { notify in
            let write = TestTokens.key(.incidentsWrite)
            let read = TestTokens.key(.read)
            let student = TestTokens.user(.make())
            func status(_ method: HTTPMethod, _ path: String, _ token: String?, _ body: JSONValue? = nil) async throws
                -> Int
            {
                try await notify.send(method, path, token: token, json: body).status
            }
            let made = try await notify.send(.post, "/api/incidents", token: write, json: Self.report)
            let id = try #require(made.json["incident_id"]?.string)
            let change: JSONValue = ["note": "seen"]
            let wrong: [(String?, Int)] = [
                (nil, 401), ("rubbish", 401), (student, 403), (TestTokens.key(.postprocessWrite), 403),
                (TestTokens.key(.notificationsWrite), 403),
            ]
            for (token, expected) in wrong + [(read, 403)] {
                #expect(try await status(.post, "/api/incidents", token, Self.report) == expected)
                #expect(try await status(.patch, "/api/incidents/\(id)", token, change) == expected)
            }
            for path in ["/api/incidents", "/api/incidents/\(id)", "/api/stats"] {
                for (token, expected) in wrong + [(write, 403)] {
                    #expect(try await status(.get, path, token) == expected, "\(path)")
                }
                for token in [read, Self.staff, TestTokens.user(.make(), .admin)] {
                    #expect(try await status(.get, path, token) == 200, "\(path)")
                }
            }
            #expect(try await status(.patch, "/api/incidents/\(id)", write, change) == 200)
        }
    }

    @Test func `A key bound to an account sees and changes its incidents only`() async throws {
        try await withNotify { notify in
            func key(_ account: String) -> String { TestTokens.key(.incidentsWrite, .read, account: account) }
            let made = try await notify.send(.post, "/api/incidents", token: key("acme"), json: Self.report)
            let id = try #require(made.json["incident_id"]?.string)
            // The same message of the same customer, but of another account, is another incident.
            let foreign = try await notify.send(.post, "/api/incidents", token: key("other"), json: Self.report)
            #expect(foreign.json["joined"] == nil && foreign.json["incident_id"]?.string != id)
            let free = try await notify.send(.post, "/api/incidents", token: Self.staff, json: Self.report)
            #expect(free.json["joined"] == nil)

            let path = "/api/incidents/\(id)"
            #expect(try await notify.send(.get, path, token: key("acme")).json["account_id"]?.string == "acme")
            #expect(try await notify.send(.get, path, token: TestTokens.key(.read)).status == 200)
            #expect(try await notify.send(.get, path, token: key("other")).status == 404)
            let change: JSONValue = ["status": "resolved"]
            #expect(try await notify.send(.patch, path, token: key("other"), json: change).status == 404)
            for (token, count) in [(key("acme"), 1), (key("other"), 1), (key("third"), 0), (Self.staff, 3)] {
                let list = try await notify.send(.get, "/api/incidents", token: token)
                #expect(list.json.array?.count == count)
                let figures = try await notify.send(.get, "/api/stats", token: token)
                #expect(figures.json["total_incidents"]?.integer == Int64(count))
            }
        }
    }

    @Test func `What another account orders about an incident is not shown with it`() async throws {
        try await withNotify { notify in
            let acme = TestTokens.key(.incidentsWrite, .read, account: "acme")
            let other = TestTokens.key(.notificationsWrite, .read, account: "other")
            let made = try await notify.send(.post, "/api/incidents", token: acme, json: Self.report)
            let id = try #require(made.json["incident_id"]?.string)
            let order: JSONValue = [
                "template": "incident_status", "recipient": ["email": "eve@example.org"], "channels": [["email"]],
                "variables": ["ticket_id": "TKT-1", "incident_id": .string(id), "status_text": "Forged"],
                "reference": ["kind": "incident", "id": .string(id)],
            ]
            #expect(try await notify.send(.post, "/api/notifications", token: other, json: order).status == 202)
            let own = try await notify.send(.get, "/api/incidents/\(id)", token: acme)
            #expect(own.json["notifications"]?.array?.count == 2)
            #expect(!own.text.contains("Forged"))
            // Staff see everything.
            let staff = try await notify.send(.get, "/api/incidents/\(id)", token: Self.staff)
            #expect(staff.json["notifications"]?.array?.count == 3)
        }
    }

    @Test func `The same Idempotency-Key does it once; with another body it is refused`() async throws {
        try await withNotify { notify in
            func send(_ body: JSONValue, _ key: String) async throws -> RunningService.Answer {
                try await notify.send(
                    .post, "/api/incidents", token: Self.staff, json: body, fields: ["Idempotency-Key": key])
            }
            let first = try await send(Self.report, "k1")
            let again = try await send(Self.report, "k1")
            #expect(first.status == 201 && again.status == 201)
            #expect(first.body == again.body)
            #expect(again.fields.first("Idempotent-Replayed") == "true")
            let other = try await send(Self.report(["message": "Another matter."]), "k1")
            #expect(other.status == 422)
            #expect(other.json["code"]?.string == "idempotency_mismatch")
            let shown = try await notify.send(.get, "/api/incidents", token: Self.staff)
            #expect(shown.json.array?.count == 1)
            #expect(shown.json[0]?["repeats"]?.integer == 0)
        }
    }

    @Test func `Status follows its rules, is told the customer, and everything is in the history`() async throws {
        try await withNotify { notify in
            let made = try await notify.send(.post, "/api/incidents", token: Self.staff, json: Self.report)
            let id = try #require(made.json["incident_id"]?.string)
            func change(_ body: JSONValue) async throws -> RunningService.Answer {
                try await notify.send(.patch, "/api/incidents/\(id)", token: Self.staff, json: body)
            }
            for bad: JSONValue in [
                [:], ["status": "closed"], ["note": ""], ["note": .string(String(repeating: "x", count: 2_001))],
                ["status": 1], ["classification": "x"], ["note": "a\u{0}"],
            ] {
                #expect(try await change(bad).status == 422, "\(bad)")
            }
            #expect(try await change(["status": "in_progress", "note": "Secret: looks like fraud"]).status == 200)
            #expect(try await change(["status": "in_progress"]).status == 200)
            let resolved = try await change(["status": "resolved"])
            #expect(resolved.json["resolved_at"]?.string != nil)
            let refused = try await change(["status": "in_progress"])
            #expect(refused.status == 409 && refused.json["code"]?.string == "wrong_status")
            #expect(try await change(["status": "open"]).json["resolved_at"] == .null)
            #expect(try await change(["note": "Called back."]).status == 200)
            let last = try await change(["classification": "fraud_report"])
            #expect(last.json["engine"]?.string == "staff" && last.json["needs_review"] == false)

            let history = try #require(last.json["history"]?.array)
            #expect(
                history.compactMap { $0["kind"]?.string } == ["status", "status", "status", "note", "classification"])
            #expect(history.first?["note"]?.string == "Secret: looks like fraud")
            #expect(history.first?["actor"]?.string?.hasPrefix("user ") == true)
            // Email and SMS for the report and for each of three changes; notes stay among staff.
            #expect(last.json["notifications"]?.array?.count == 8)
            #expect(last.json["notifications"].map { !$0.text.contains("Secret") } == true)
            #expect(
                try await notify.send(
                    .patch, "/api/incidents/\(Identifier.make())", token: Self.staff, json: ["note": "x"]
                ).status == 404)
        }
    }

    @Test func `Lists are filtered, in pages, and refuse what they do not know`() async throws {
        try await withNotify { notify in
            for number in 0..<5 {
                let body = Self.report([
                    "customer_id": .string("c\(number % 2)"), "message": .string("Please refund order \(number)."),
                    "channel": number == 0 ? "sms" : "web",
                ])
                #expect(try await notify.send(.post, "/api/incidents", token: Self.staff, json: body).status == 201)
            }
            func list(_ query: String) async throws -> RunningService.Answer {
                try await notify.send(.get, "/api/incidents?\(query)", token: Self.staff)
            }
            let all = try #require(try await list("").json.array)
            #expect(all.count == 5)
            #expect(all.compactMap { $0["id"]?.string } == all.compactMap { $0["id"]?.string }.sorted(by: >))
            #expect(all.allSatisfy { IncidentSchemas.incident.validate($0).isEmpty })
            for (query, count) in [
                ("status=open", 5), ("status=resolved", 0), ("classification=refund_request", 5),
                ("classification=other", 0), ("customer_id=c1", 2), ("channel=sms", 1), ("customer_id=c1%27", 0),
                ("status=open&channel=web&customer_id=c0", 2),
            ] {
                #expect(try await list(query).json.array?.count == count, "\(query)")
            }
            let bad = try await list("status=x&classification=y&channel=z&needs_review=maybe")
            #expect(bad.status == 422 && bad.json["errors"]?.array?.count == 4)
            let worse = try await list("status=x&limit=0&cursor=y&needs_review=1")
            #expect(worse.status == 422 && worse.json["errors"]?.array?.count == 4)
            var seen: [String] = []
            var path: String? = "/api/incidents?limit=2&status=open"
            while let next = path {
                let page = try await notify.send(.get, next, token: Self.staff)
                seen += (page.json.array ?? []).compactMap { $0["id"]?.string }
                path = page.fields.first(.link).map { String($0.dropFirst().prefix { $0 != ">" }) }
            }
            #expect(seen == all.compactMap { $0["id"]?.string })
        }
    }

    @Test func `Nothing that a customer writes becomes a header or markup`() async throws {
        try await withNotify { notify in
            let evil = "<script>alert(1)</script> {{brand}} \r\nBcc: eve@example.org\r\n.\r\nQUIT\r\n\u{202E}exe.fdp"
            let body = Self.report(["message": .string(evil), "customer_id": "<b>c</b>"])
            let made = try await notify.send(.post, "/api/incidents", token: Self.staff, json: body)
            #expect(made.status == 201)
            let id = try #require(made.json["incident_id"]?.string)
            let shown = try await notify.send(.get, "/api/incidents/\(id)", token: Self.staff)
            #expect(shown.json["message"]?.string == evil)
            for notification in try #require(shown.json["notifications"]?.array) {
                let subject = try #require(notification["subject"]?.string)
                #expect(!subject.contains { $0.isNewline } && !subject.contains("<"))
                #expect(notification["message"]?.string?.contains("\u{202E}") == false)
                #expect(notification["recipient"]?.string.map { !$0.contains("eve") } == true)
            }
            // What goes out as HTML is kept with the notification.
            let fixture = try await IncidentFixture()
            let outcome = try await fixture.take(try fixture.report(message: evil))
            let dossier = try await fixture.desk.dossier(outcome.incident.id, for: IncidentFixture.caller)
            let html = try #require(dossier.notifications.first?.current?.message.html)
            #expect(!html.contains("<script>") && html.contains("&lt;script&gt;") && html.contains("{{brand}}"))
            await fixture.close()
        }
    }

    @Test func `Figures count what there is`() async throws {
        let time = ManualTime()
        try await withNotify(time: time) { notify in
            var ids: [String] = []
            let messages = [
                "I was charged twice for my order.", "Please refund my money.", "I cannot log in to my account.",
            ]
            for (number, message) in messages.enumerated() {
                let body = Self.report(["message": .string(message), "channel": number == 0 ? "sms" : "web"])
                let made = try await notify.send(.post, "/api/incidents", token: Self.staff, json: body)
                ids.append(try #require(made.json["incident_id"]?.string))
            }
            let tokens = Self.staff
            time.setWall(time.wall + .seconds(100))
            for id in ids.prefix(2) {
                _ = try await notify.send(.patch, "/api/incidents/\(id)", token: tokens, json: ["status": "resolved"])
                time.setWall(time.wall + .seconds(100))
            }
            let figures = try await notify.send(.get, "/api/stats", token: tokens).json
            #expect(IncidentSchemas.figures.validate(figures).isEmpty)
            #expect(figures["total_incidents"]?.integer == 3)
            #expect(figures["by_status"] == ["open": 1, "in_progress": 0, "resolved": 2])
            #expect(figures["by_channel"] == ["sms": 1, "web": 2])
            #expect(figures["by_classification"]?["duplicate_payment"]?.integer == 1)
            #expect(figures["by_classification"]?.object?.keys.count == 7)
            #expect(
                figures["time_to_resolve"] == [
                    "count": 2, "mean_seconds": .number(150), "median_seconds": .number(100),
                ])
            #expect((0...1).contains(figures["mean_confidence"]?.number ?? -1))
            let sum = figures["deliveries"]?["email"]?.object?.members.compactMap { $0.value.integer }.reduce(0, +)
            #expect(sum == 5)
            #expect(figures["by_day"]?.array?.count == 1)
            #expect(figures["by_day"]?[0]?["total"]?.integer == 3)
            #expect(figures["by_day"]?[0]?["resolved"]?.integer == 2)
            time.setWall(time.wall + .seconds(2 * 86_400))
            let recent = try await notify.send(.get, "/api/stats?days=1", token: tokens).json
            #expect(recent["total_incidents"]?.integer == 0 && recent["mean_confidence"] == .null)
            for days in ["0", "367", "x", "-1", ""] {
                #expect(try await notify.send(.get, "/api/stats?days=\(days)", token: tokens).status == 422)
            }
        }
    }
}
