import JSONCoding
import Platform
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

    /// What the server does to whom, how often it is tried when three attempts are allowed, and how that ends.
    struct Case: Sendable, CustomTestStringConvertible {
        let recipient: String
        let outcomes: [String]
        let status: String
        let code: String
        let kept: Int
        var testDescription: String { recipient }
    }

    @Test(
        "whatever the server does ends in the right state and stands in the audit",
        arguments: [
            Case(
                recipient: "busy@example.net", outcomes: ["temporary", "temporary", "temporary"], status: "failed",
                code: "421 4.3.2", kept: 0),
            Case(
                recipient: "later@example.net", outcomes: ["temporary", "temporary", "sent"], status: "sent",
                code: "451 4.7.1", kept: 1),
            Case(
                recipient: "nobody@example.net", outcomes: ["permanent"], status: "failed", code: "550 5.1.1", kept: 0),
            Case(recipient: "full@example.net", outcomes: ["permanent"], status: "failed", code: "552 5.2.2", kept: 0),
            Case(
                recipient: "afterdata@example.net", outcomes: ["temporary", "sent"], status: "sent", code: "451 4.3.0",
                kept: 1),
            Case(recipient: "spam@example.net", outcomes: ["permanent"], status: "failed", code: "550 5.7.1", kept: 0),
            Case(
                recipient: "dropdata@example.net", outcomes: ["unknown", "unknown", "unknown"], status: "failed",
                code: "curl", kept: 0),
            Case(recipient: "lost@example.net", outcomes: ["unknown", "sent"], status: "sent", code: "curl", kept: 2),
            Case(
                recipient: "stall@example.net", outcomes: ["temporary", "temporary", "temporary"], status: "failed",
                code: "curl 28", kept: 0),
        ])
    func misbehaviour(_ expected: Case) async throws {
        let server = try MailServer()
        var environment = server.environment
        environment["DELIVERY_ATTEMPTS"] = "3"
        try await withNotify(environment) { notify in
            let id = try #require(
                try await notify.submit(RunningNotify.order([["email"]], email: expected.recipient)).first)
            let notification = try await notify.settled(id)
            #expect(notification["status"]?.string == expected.status)
            #expect(RunningNotify.outcomes(notification) == expected.outcomes)
            #expect(notification["history"]?[0]?["provider_code"]?.string?.hasPrefix(expected.code) == true)
            let mails = try server.kept()
            #expect(mails.count == expected.kept)
            #expect(Set(mails).count <= 1, "a repetition is the same message to the byte")
        }
    }

    @Test(
        "what only an operator can mend is tried slowly and visibly",
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
        try await withNotify(environment) { notify in
            let id = try #require(
                try await notify.submit(RunningNotify.order([["email"]], email: "ada@example.net")).first)
            let notification = try await notify.attempted(id, 1)
            #expect(notification["status"]?.string == "pending")
            #expect(notification["history"]?[0]?["outcome"]?.string == "misconfigured")
            #expect(notification["history"]?[0]?["provider_code"]?.string?.hasPrefix(code) == true)
            #expect(notification["error"]?.string != nil)
            let next = try #require(notification["next_attempt_at"]?.string.flatMap { Timestamp(rfc3339: $0) })
            #expect(next.duration(since: notify.time.wall) >= .seconds(140))
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
