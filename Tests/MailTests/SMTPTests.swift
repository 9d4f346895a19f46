import HTTPClient
import JSONCoding
import Mail
import Metrics
import Platform
import TestSupport
import Testing

@Suite("Handing mail to a real server")
struct SMTPTests {
    private func failure(
        _ client: SMTPClient, to recipient: String, text: String = "Some text.\n"
    ) async throws -> SMTPFailure {
        do {
            try await send(client, to: recipient, text: text)
        } catch let failure as SMTPFailure {
            return failure
        }
        throw ExpectedFailure()
    }

    private struct ExpectedFailure: Error {}

    @discardableResult
    private func send(
        _ client: SMTPClient, to recipient: String, text: String = "Some text.\n", subject: String = "Hello"
    ) async throws -> SMTPReceipt {
        let to = try MailAddress(recipient)
        let mail = try message(subject: subject, text: text, to: [to])
        return try await client.send(try mail.encoded(), from: try MailAddress("sender@example.org"), to: [to])
    }

    @Test("STARTTLS, AUTH, and the bytes that were sent")
    func delivery() async throws {
        let server = try MailServer("--credentials", "lectern:a secret ñ")
        let client = server.client(user: "lectern", password: "a secret ñ")
        let to = try MailAddress("ada@example.net")
        let mail = try message(subject: "Grüße", text: ".\n..\nFrom\n", html: "<p>Hallo</p>", to: [to]).encoded()
        let receipt = try await client.send(mail, from: try MailAddress("sender@example.org"), to: [to])
        #expect(receipt.queueID == "000001")
        let kept = try #require(try server.kept(1))
        #expect(kept.content == mail)
        #expect(kept.envelope["from"]?.string == "sender@example.org")
        #expect(kept.envelope["to"] == ["ada@example.net"])
        #expect(kept.envelope["helo"]?.string == "client.example")
        #expect(kept.envelope["tls"]?.bool == true)
        #expect(kept.envelope["login"]?.string == "lectern")
        await client.shutdown()
    }

    @Test("TLS from the first byte")
    func implicitTLS() async throws {
        let server = try MailServer("--security", "tls")
        let client = server.client(security: .tls)
        try await send(client, to: "ada@example.net")
        #expect(try server.kept(1)?.envelope["tls"]?.bool == true)
        await client.shutdown()
    }

    @Test("one connection carries many messages; after a refusal the next goes through")
    func reuse() async throws {
        let server = try MailServer()
        let client = server.client()
        for _ in 0..<3 { try await send(client, to: "ada@example.net") }
        let refusal = try await failure(client, to: "nobody@example.net")
        #expect(refusal.kind == .permanent)
        try await send(client, to: "ada@example.net")
        let peers = try (1...3).map { try server.kept($0)?.envelope["peer"]?.string }
        #expect(Set(peers).count == 1, "\(peers)")
        #expect(try server.keptCount() == 4)
        await client.shutdown()
    }

    @Test("connections are used side by side up to the limit, and closed when idle")
    func sideBySide() async throws {
        let server = try MailServer()
        let client = server.client(connections: 3)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<12 { group.addTask { try await send(client, to: "ada+\(number)@example.net") } }
            try await group.waitForAll()
        }
        #expect(try server.keptCount() == 12)
        let peers = try Set((1...12).map { try server.kept($0)?.envelope["peer"]?.string })
        #expect(peers.count <= 3)
        await client.closeIdle()
        try await send(client, to: "ada@example.net")
        await client.shutdown()
        let late = try await failure(client, to: "ada@example.net")
        #expect(late.kind == .cancelled)
    }

    @Test(
        "what the server says decides whether to try again",
        arguments: [
            ("busy@example.net", "temporary", "421 4.3.2"), ("later@example.net", "temporary", "451 4.7.1"),
            ("nobody@example.net", "permanent", "550 5.1.1"), ("full@example.net", "permanent", "552 5.2.2"),
            ("afterdata@example.net", "temporary", "451 4.3.0"), ("spam@example.net", "permanent", "550 5.7.1"),
            ("toolarge@example.net", "permanent", "552 5.3.4"),
        ])
    func replies(recipient: String, kind: String, code: String) async throws {
        let server = try MailServer()
        let client = server.client()
        let failure = try await failure(client, to: recipient)
        #expect(failure.kind.rawValue == kind)
        #expect(failure.code == code)
        #expect(try server.keptCount() == 0)
        // The next message goes through.
        try await send(client, to: "ada@example.net")
        await client.shutdown()
    }

    @Test("greylisting clears: 451 twice, then taken")
    func greylisting() async throws {
        let server = try MailServer()
        let client = server.client()
        for _ in 0..<2 { #expect(try await failure(client, to: "later@example.net").kind == .temporary) }
        try await send(client, to: "later@example.net")
        #expect(try server.keptCount() == 1)
        await client.shutdown()
    }

    @Test("a connection that is cut after the message leaves nobody knowing; both kinds of cut look alike")
    func cutAfterMessage() async throws {
        let server = try MailServer()
        let client = server.client()
        #expect(try await failure(client, to: "dropdata@example.net").kind == .unknown)
        #expect(try server.keptCount() == 0)
        #expect(try await failure(client, to: "lost@example.net").kind == .unknown)
        #expect(try server.keptCount() == 1)
        try await send(client, to: "lost@example.net")
        let both = try [1, 2].map { try #require(try server.kept($0)).content }
        #expect(both[0] == both[1], "the repetition is the same message, its Message-ID included")
        await client.shutdown()
    }

    @Test("a server that stalls is given up after the timeout")
    func stalls() async throws {
        let server = try MailServer()
        let client = server.client(timeout: .seconds(1))
        let early = try await failure(client, to: "stall@example.net")
        #expect(early.kind == .temporary)
        #expect(early.code == "curl 28")
        #expect(try await failure(client, to: "stalldata@example.net").kind == .unknown)
        await client.shutdown()
    }

    @Test("no STARTTLS, no message")
    func noEncryption() async throws {
        let server = try MailServer("--security", "none")
        let client = server.client(trusted: false)
        let failure = try await failure(client, to: "ada@example.net")
        #expect(failure.kind == .misconfigured)
        #expect(failure.code == "curl 64")
        #expect(try server.keptCount() == 0)
        // In clear only when that is asked for.
        let open = server.client(security: .none, trusted: false)
        try await send(open, to: "ada@example.net")
        #expect(try server.kept(1)?.envelope["tls"]?.bool == false)
        await client.shutdown()
        await open.shutdown()
    }

    @Test(
        "a certificate for another name, or by nobody we trust, is a fault of the configuration",
        arguments: [
            "other-name", "untrusted",
        ])
    func wrongCertificate(kind: String) async throws {
        let server = try MailServer("--certificate", kind)
        let client = server.client()
        let failure = try await failure(client, to: "ada@example.net")
        #expect(failure.kind == .misconfigured)
        #expect(failure.code == "curl 60")
        #expect(try server.keptCount() == 0)
        await client.shutdown()
    }

    @Test("a wrong password is a fault of the configuration")
    func wrongPassword() async throws {
        let server = try MailServer("--credentials", "lectern:right")
        let client = server.client(user: "lectern", password: "wrong")
        let refused = try await failure(client, to: "ada@example.net")
        #expect(refused.kind == .misconfigured)
        #expect(refused.code.hasPrefix("535"))
        let anonymous = server.client()
        let missing = try await failure(anonymous, to: "ada@example.net")
        #expect(missing.kind == .misconfigured)
        #expect(missing.code.hasPrefix("530"))
        await client.shutdown()
        await anonymous.shutdown()
    }

    @Test("nobody listens")
    func nobodyListens() async throws {
        let port: Int
        do {
            let server = try MailServer()
            port = Int(server.server.port)
        }
        let client = SMTPClient(
            SMTPServer(host: "localhost", port: port, security: .startTLS, clientName: "client.example"),
            metrics: MetricRegistry())
        #expect(try await failure(client, to: "ada@example.net").kind == .temporary)
        await client.shutdown()
    }

    @Test("addresses beyond ASCII only go to servers that take them")
    func internationalAddresses() async throws {
        let able = try MailServer()
        let client = able.client()
        try await send(client, to: "añá@example.net")
        #expect(try able.kept(1)?.envelope["to"] == ["añá@example.net"])
        #expect(try able.kept(1)?.envelope["mail_options"]?.array?.contains("SMTPUTF8") == true)
        let unable = try MailServer("--no-smtputf8")
        let refused = unable.client()
        #expect(try await failure(refused, to: "añá@example.net").kind == .permanent)
        #expect(try unable.keptCount() == 0)
        await client.shutdown()
        await refused.shutdown()
    }

    @Test("a megabyte with every awkward line arrives as it was sent")
    func large() async throws {
        let server = try MailServer()
        let client = server.client()
        let text = (0..<20_000).map { $0 % 3 == 0 ? "." : "line \($0) ümlaut" }.joined(separator: "\n")
        try await send(client, to: "ada@example.net", text: text)
        let to = try MailAddress("ada@example.net")
        #expect(try server.kept(1)?.content == (try message(text: text, to: [to]).encoded()))
        await client.shutdown()
    }

    @Test(
        "nothing that could end a line reaches the wire",
        arguments: [
            "a@b.example\r\nRCPT TO:<c@d.example>", "a@b.example>\r\n", "a b@c.example", "<a@b.example>",
            "a\u{0}@b.example",
        ])
    func wireChecks(address: String) throws {
        func transfer(sender: String, recipient: String, host: String = "localhost", message: String) -> SMTPTransfer {
            SMTPTransfer(
                host: host, port: 25, security: .none, credentials: nil, clientName: "client.example",
                certificateFile: nil, sender: sender, recipients: [recipient], message: Array(message.utf8),
                timeout: .seconds(1))
        }
        let good = "a@b.example"
        #expect(throws: HTTPClientError.self) {
            try transfer(sender: address, recipient: good, message: "x\r\n").validate()
        }
        #expect(throws: HTTPClientError.self) {
            try transfer(sender: good, recipient: address, message: "x\r\n").validate()
        }
        for bad in ["x", "x\n", "x\r", "a\nb\r\n", "a\rb\r\n", "\n\r\n"] {
            #expect(throws: HTTPClientError.self) {
                try transfer(sender: good, recipient: good, message: bad).validate()
            }
        }
        for host in ["", "a b", "a/b", "a\r\nb", "u@h"] {
            #expect(throws: HTTPClientError.self) {
                try transfer(sender: good, recipient: good, host: host, message: "x\r\n").validate()
            }
        }
        try transfer(sender: good, recipient: good, message: "x\r\n\r\ny\r\n").validate()
    }
}
