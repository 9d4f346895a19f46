import Foundation
import HTTPClient
import HTTPMessages
import JSONCoding
import Platform
import TestSupport
import Testing
import Tokens

@Suite("Notifications survive the death of their service", .serialized)
struct NotifyCrashTests {
    private static let secret = "a secret for this test, long enough for all"

    /// The copies of each message that the mail server has kept, by the id within its Message-ID.
    private func copies(in folder: TemporaryFolder) throws -> [String: [Data]] {
        var copies: [String: [Data]] = [:]
        for name in try FileManager.default.contentsOfDirectory(atPath: folder.path) where name.hasSuffix(".eml") {
            let content = try Data(contentsOf: URL(filePath: folder.file(name)))
            let text = String(decoding: content, as: UTF8.self)
            let line = try #require(text.split(separator: "\r\n").first { $0.hasPrefix("Message-ID: <") })
            copies[String(line.dropFirst("Message-ID: <".count).prefix { $0 != "@" }), default: []].append(content)
        }
        return copies
    }

    @Test("killed three times under load: every mail arrives, and what arrives twice is the same message")
    func killed() async throws {
        let mails = try TemporaryFolder()
        let server = try PythonServer("smtp_server.py", [mails.path])
        let lectern = try Installation(environment: [
            "INTERNAL_SECRET": Self.secret, "SMTP_HOST": "localhost", "SMTP_PORT": String(server.port),
            "SMTP_CA_FILE": mails.file("ca.pem"), "SMTP_FROM_EMAIL": "support@lectern.example",
            "DELIVERY_RETRY_DELAY": "100ms", "MODEL_DIR": "/nonexistent",
        ])
        let tokens = try ServiceToken(secret: Array(Self.secret.utf8), time: SystemTime())
        var expected: Set<String> = []
        try await lectern.start("notify")
        for round in 0..<4 {
            for number in 0..<15 {
                let answer = try await lectern.send(
                    .post, "/internal/notifications", of: "notify",
                    token: tokens.make(caller: "ingest", callee: "notify"),
                    json: [
                        "idempotency_key": .string("\(round)-\(number)"), "template": "incident_created",
                        "channels": [["email"]], "recipient": ["email": .string("ada+\(round)-\(number)@example.net")],
                        "variables": ["ticket_id": "TKT-1", "incident_id": "1", "message": "Hello"],
                    ])
                try #require(answer.status == 202, "\(answer.text)")
                expected.insert(try #require(answer.json["notification_ids"]?[0]?.string))
            }
            if round < 3 {
                try lectern.killHard("notify")
                try await lectern.start("notify")
            }
        }
        try await waitUntil("every mail has arrived") { try Set(copies(in: mails).keys).isSuperset(of: expected) }
        let arrived = try copies(in: mails)
        #expect(Set(arrived.keys) == expected)
        #expect(arrived.values.allSatisfy { Set($0).count == 1 })
        #expect(try lectern.stop("notify") == 0)
    }
}
