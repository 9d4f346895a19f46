import JSONCoding
import Logs
import Platform
import ServiceTestSupport
import TestSupport
import Testing

@Suite("Deliveries by email over a real server")
struct EmailDeliveryTests {
    @Test("a message is sent, and the audit says so")
    func sent() async throws {
        let server = try MailServer()
        try await withNotify(server.environment) { notify in
            let id = try #require(
                try await notify.submit(RunningNotify.order([["email"]], email: "ada@example.net")).first)
            let notification = try await notify.settled(id)
            #expect(notification["status"]?.string == "sent")
            #expect(notification["sent_at"]?.string != nil)
            #expect(notification["incident_id"]?.string == "0190a5f2-0000-7000-8000-000000000001")
            #expect(notification["history"]?[0]?["outcome"]?.string == "sent")
            #expect(notification["history"]?[0]?["provider_id"]?.string == "000001")
            let mail = try #require(try server.kept().first)
            #expect(mail.contains("Subject: Incident Update - Ticket TKT-98042a72\r\n"))
            #expect(MailServer.messageID(of: mail) == "Message-ID: <\(id)@lectern.example>")
            #expect(mail.contains("multipart/alternative"))
        }
    }

    /// What the server does to whom, and what follows: each attempt's outcome with the code that the audit has, the state
    /// in the end, and how many messages the server has kept.
    struct Case: Sendable, CustomTestStringConvertible {
        let recipient: String
        let attempts: [(outcome: String, code: String?)]
        let status: String
        let kept: Int
        var testDescription: String { recipient }

        init(_ recipient: String, _ attempts: [(String, String?)], _ status: String, kept: Int) {
            self.recipient = "\(recipient)@example.net"
            self.attempts = attempts
            self.status = status
            self.kept = kept
        }
    }

    /// RFC 5321 section 4.2.1: 4yz is tried again, 5yz is not. Where the connection ends after the message and before its
    /// reply nobody knows (section 4.5.3.2.6), and the repetition is the same message. Section 4.5.4.1: tried again, but never
    /// at once.
    @Test(
        "whatever the server does ends in the right state and stands in the audit",
        arguments: [
            Case("busy", Array(repeating: ("temporary", "421 4.3.2"), count: 3), "failed", kept: 0),
            Case(
                "later", [("temporary", "451 4.7.1"), ("temporary", "451 4.7.1"), ("sent", nil)], "sent", kept: 1),
            Case("nobody", [("permanent", "550 5.1.1")], "failed", kept: 0),
            Case("full", [("permanent", "552 5.2.2")], "failed", kept: 0),
            Case("afterdata", [("temporary", "451 4.3.0"), ("sent", nil)], "sent", kept: 1),
            Case("spam", [("permanent", "550 5.7.1")], "failed", kept: 0),
            Case("toolarge", [("permanent", "552 5.3.4")], "failed", kept: 0),
            Case("dropdata", Array(repeating: ("unknown", "curl"), count: 3), "failed", kept: 0),
            Case("lost", [("unknown", "curl"), ("sent", nil)], "sent", kept: 2),
            Case("stall", Array(repeating: ("temporary", "curl 28"), count: 3), "failed", kept: 0),
            Case("stalldata", Array(repeating: ("unknown", "curl 28"), count: 3), "failed", kept: 0),
        ])
    func misbehaviour(_ expected: Case) async throws {
        let server = try MailServer()
        var environment = server.environment
        environment["EMAIL_ATTEMPTS"] = "3"
        environment["SMTP_TIMEOUT"] = "1s"
        try await withNotify(environment) { notify in
            let id = try #require(
                try await notify.submit(RunningNotify.order([["email"]], email: expected.recipient)).first)
            for (number, full) in [(1, Duration.seconds(15)), (2, .seconds(60))] where number < expected.attempts.count
            {
                let waiting = try await notify.attempted(id, number)
                #expect(waiting["status"]?.string == "pending" && waiting["attempts"]?.integer == Int64(number))
                #expect(waiting["error"]?.string?.isEmpty == false && waiting["sent_at"] == .null)
                let next = try #require(waiting["next_attempt_at"]?.string.flatMap { Timestamp(rfc3339: $0) })
                let updated = try #require(waiting["updated_at"]?.string.flatMap { Timestamp(rfc3339: $0) })
                #expect((full / 2...full).contains(next.duration(since: updated)), "wait \(number)")
            }
            let notification = try await notify.settled(id)
            #expect(notification["status"]?.string == expected.status)
            #expect(notification["next_attempt_at"] == .null)
            #expect((notification["sent_at"]?.string != nil) == (expected.status == "sent"))
            #expect((notification["error"]?.string != nil) == (expected.status == "failed"))
            #expect(notification["attempts"]?.integer == Int64(expected.attempts.count))
            try expectAudit(notification, expected)
            let mails = try server.kept()
            #expect(mails.count == expected.kept)
            #expect(Set(mails).count <= 1, "a repetition is the same message to the byte")
            for mail in mails { #expect(MailServer.messageID(of: mail) == "Message-ID: <\(id)@lectern.example>") }
        }
    }

    /// The audit has every attempt, in order, with its outcome, the server's code, words for people, and its time.
    private func expectAudit(_ notification: JSONValue, _ expected: Case) throws {
        let history = try #require(notification["history"]?.array)
        #expect(history.map { $0["outcome"]?.string } == expected.attempts.map(\.outcome))
        #expect(history.map { $0["number"]?.integer } == history.indices.map { Int64($0 + 1) })
        var before: Timestamp?
        for (attempt, wanted) in zip(history, expected.attempts) {
            #expect(attempt["channel"]?.string == "email" && attempt["recipient"]?.string == expected.recipient)
            #expect(attempt["duration_ms"]?.integer != nil)
            let isSent = wanted.outcome == "sent"
            #expect((attempt["provider_id"]?.string != nil) == isSent)
            #expect((attempt["error"]?.string?.isEmpty == false) == !isSent)
            if let code = wanted.code {
                #expect(attempt["provider_code"]?.string?.hasPrefix(code) == true, "\(attempt)")
            } else {
                #expect(attempt["provider_code"] == .null)
            }
            let began = try #require(attempt["started_at"]?.string.flatMap { Timestamp(rfc3339: $0) })
            if let before { #expect(began.duration(since: before) >= .milliseconds(7_500), "never again at once") }
            before = began
        }
    }

    @Test("an email with another channel behind it gives way after its attempts")
    func ladder() async throws {
        let server = try MailServer()
        var environment = server.environment
        environment["DELIVERY_ATTEMPTS"] = "2"
        try await withNotify(environment) { notify in
            let order = RunningNotify.order([["email", "sms"]], email: "busy@example.net", phone: "+15005550006")
            let notification = try await notify.settled(try #require(try await notify.submit(order).first))
            #expect(RunningNotify.outcomes(notification) == ["temporary", "temporary", "simulated"])
            #expect(notification["channel"]?.string == "sms")
        }
    }

    @Test("an email without another channel goes on for days")
    func persistence() async throws {
        let server = try MailServer()
        try await withNotify(server.environment) { notify in
            let start = notify.time.wall
            let order = RunningNotify.order([["email"]], email: "busy@example.net")
            let notification = try await notify.settled(try #require(try await notify.submit(order).first))
            #expect(notification["status"]?.string == "failed")
            #expect(notification["attempts"]?.integer == 44)
            let days = notify.time.wall.duration(since: start).inSeconds / 86_400
            #expect((4...6).contains(days), "\(days)")
        }
    }

    @Test(
        "what only an operator can mend is tried slowly and visibly, and goes out once it is mended",
        arguments: [
            (["--security", "none"], "curl 64"), (["--certificate", "other-name"], "curl 60"),
            (["--certificate", "untrusted"], "curl 60"), (["--credentials", "a:b"], "530"),
        ])
    func misconfigured(arguments: [String], code: String) async throws {
        let folder = try TemporaryFolder()
        let server = try PythonServer("smtp_server.py", [folder.path] + arguments)
        let environment = [
            "SMTP_HOST": "localhost", "SMTP_PORT": String(server.port), "SMTP_FROM_EMAIL": "support@lectern.example",
            "SMTP_CA_FILE": arguments.contains("none") ? "" : folder.file("ca.pem"), "SMTP_SECURITY": "starttls",
        ]
        let (data, time) = (try TemporaryFolder(), ManualTime())
        let id = try await withNotify(environment, folder: data.path, time: time) { notify in
            let id = try #require(
                try await notify.submit(RunningNotify.order([["email"]], email: "ada@example.net")).first)
            for (number, minutes) in [(1, 5), (2, 10)] {
                let notification = try await notify.attempted(id, number)
                #expect(notification["status"]?.string == "pending")
                let attempt = notification["history"]?[number - 1]
                #expect(attempt?["outcome"]?.string == "misconfigured")
                #expect(attempt?["provider_code"]?.string?.hasPrefix(code) == true)
                #expect(attempt?["error"]?.string?.isEmpty == false && attempt?["provider_id"] == .null)
                let next = try #require(notification["next_attempt_at"]?.string.flatMap { Timestamp(rfc3339: $0) })
                let updated = try #require(notification["updated_at"]?.string.flatMap { Timestamp(rfc3339: $0) })
                let full = Duration.seconds(minutes * 60)
                #expect((full / 2...full).contains(next.duration(since: updated)))
            }
            let complaints = notify.service.log.filter { $0.level == .error }
            #expect(complaints.count { $0.message == "deliveries fail because of the configuration" } == 2)
            return id
        }
        let mended = try MailServer()
        try await withNotify(mended.environment, folder: data.path, time: time) { notify in
            let notification = try await notify.settled(id)
            #expect(RunningNotify.outcomes(notification) == ["misconfigured", "misconfigured", "sent"])
            #expect(try mended.kept().count == 1)
        }
    }

    @Test("a service that stopped meanwhile goes on where it was, and sends nothing twice")
    func restart() async throws {
        let server = try MailServer()
        let folder = try TemporaryFolder()
        let time = ManualTime()
        let id = try await withNotify(server.environment, folder: folder.path, time: time) { notify in
            let id = try #require(
                try await notify.submit(
                    RunningNotify.order([["email"]], email: "afterdata@example.net", key: "k"),
                    token: RunningNotify.staff
                )
                .first)
            _ = try await notify.attempted(id, 1)
            return id
        }
        try await withNotify(server.environment, folder: folder.path, time: time) { notify in
            let notification = try await notify.settled(id)
            #expect(RunningNotify.outcomes(notification) == ["temporary", "sent"])
            #expect(
                try await notify.submit(
                    RunningNotify.order([["email"]], email: "afterdata@example.net", key: "k"),
                    token: RunningNotify.staff) == [
                        id
                    ])
        }
        #expect(try server.kept().count == 1)
    }

    @Test(
        "nothing that a customer writes adds a field, a recipient or HTML of its own",
        arguments: [
            "x\r\nBcc: victim@example.net\r\n\r\nbody", "<script>alert(1)</script>", "<img src=x onerror=alert(1)>",
            "\r\n.\r\nMAIL FROM:<a@b.example>\r\n", "{{ticket_id}} {{#if x}}",
        ])
    func injection(text: String) async throws {
        let server = try MailServer()
        try await withNotify(server.environment) { notify in
            var order = RunningNotify.order([["email"]], email: "ada@example.net", message: text).object ?? [:]
            order["recipient"] = ["name": .string(text), "email": "ada@example.net"]
            order["subject"] = .string("Subject \(text)")
            let id = try #require(try await notify.submit(.object(order)).first)
            let notification = try await notify.settled(id)
            #expect(notification["status"]?.string == "sent")
            let mails = try server.kept()
            #expect(mails.count == 1)
            let head = mails[0].firstRange(of: "\r\n\r\n").map { mails[0][..<$0.lowerBound] } ?? ""
            for line in head.split(separator: "\r\n") where !line.hasPrefix(" ") {
                let name = line.prefix { $0 != ":" }
                #expect(
                    ["Date", "From", "To", "Message-ID", "Subject", "Auto-Submitted", "MIME-Version", "Content-Type"]
                        .contains(String(name)), "\(name)")
            }
            // In the text part the words may stand as they are; in HTML they must not be tags.
            let html = try #require(mails[0].firstRange(of: "Content-Type: text/html")).upperBound
            #expect(!mails[0][html...].contains("<script") && !mails[0][html...].contains("<img"))
        }
    }
}
