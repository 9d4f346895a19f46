import HTTPClient
import HTTPMessages
import JSONCoding
import Platform
import ServiceTestSupport
import TestSupport
import Testing

/// Every template of the house as an email on the wire, read back by Python's parser in its strict mode.
@Suite("Emails made from the templates")
struct TemplateMailTests {
    private static let incident = "0190a5f2-0000-7000-8000-000000000001"

    /// What people write, and what nobody should.
    private static let texts = [
        "Plain words.", "Grüße aus Köln, 日本語, Ελληνικά 🙂👩‍👩‍👧‍👦🇪🇺", "محمد عبد الرحمن\nשלום עולם",
        "<script>alert(1)</script></td></table><img src=x onerror=alert(1)>",
        "\r\nBcc: eve@example.org\r\n\r\n.\r\nQUIT\r\n",
        ".\n..\n.\r\nFrom here\n=3D=\n--=_", "{{ticket_id}} {{#if x}} ‮turned", String(repeating: "x", count: 5_000),
        String(repeating: "wörter und leerraum ", count: 250),
    ]

    /// What each template needs and may have, all of it the given text.
    private static func variables(_ text: String) -> [(template: String, variables: JSONObject)] {
        func filled(_ names: String...) -> JSONObject {
            JSONObject(names.map { ($0, .string(text)) })
        }
        var conversation = filled(
            "conversation_id", "summary", "title", "account_id", "agent_name", "started_at", "duration")
        conversation["key_points"] = [["text": .string(text), "at": .string(text)]]
        conversation["action_items"] = [.string(text)]
        return [
            ("incident_created", filled("ticket_id", "incident_id", "message")),
            ("incident_reminder", filled("ticket_id", "incident_id", "message", "opened_at")),
            ("incident_status", filled("ticket_id", "incident_id", "status_text", "note")),
            ("conversation_report", conversation),
            (
                "session_report",
                filled(
                    "assistant", "session_id", "generated_at", "user_name", "user_email", "user_phone",
                    "user_organization", "priority", "first_interaction", "last_interaction", "lead_score",
                    "score_reason")
            ),
        ]
    }

    @Test("whatever stands in them, a strict parser finds nothing wrong", arguments: texts)
    func sound(text: String) async throws {
        let reader = try PythonServer("mail_reader.py")
        try await withNotify { notify in
            for (template, variables) in Self.variables(text) {
                let order: JSONValue = [
                    "template": .string(template), "variables": .object(variables), "channels": [["email"]],
                    "recipient": ["name": .string(String(text.prefix(200))), "email": "ada@example.net"],
                    "unsubscribe_url": "https://mail.example.org/u/tok9",
                ]
                let id = try #require(try await notify.submit(order).first)
                _ = try await notify.settled(id)
                let mail = try fileBytes("\(notify.service.folder)/outbox/\(id).eml")
                let read = try await notify.read(mail, by: reader)
                #expect(read["strict"] == .null && read["defects"] == [], "\(template): \(read)")
                #expect(read["bare_lf"] == false && read["bare_cr"] == false && read["dot_lines"] == 0)
                #expect(read["ascii"] == true)
                #expect(read["longest_line"]?.integer ?? 999 <= 78, "\(template)")
                #expect(read["structure"] == ["multipart/alternative", "text/plain", "text/html"])
                let names = (read["fields"]?.array ?? []).compactMap { $0[0]?.string?.lowercased() }
                #expect(
                    names == [
                        "date", "from", "to", "message-id", "subject", "auto-submitted", "list-unsubscribe",
                        "list-unsubscribe-post", "mime-version", "content-type",
                    ], "\(template)")
                let html = try #require(read["bodies"]?["text/html"]?.string)
                #expect(!html.contains("<script") && !html.contains("<img") && !html.contains("\u{202E}"))
                #expect(html.count(of: "<table") == html.count(of: "</table>"))
                #expect(read["bodies"]?["text/plain"]?.string?.contains("Lectern") == true)
            }
        }
    }
}

extension RunningNotify {
    /// What Python's parser says about a message.
    fileprivate func read(_ mail: [UInt8], by reader: PythonServer) async throws -> JSONValue {
        let answer = try await service.client.send(
            HTTPClientRequest(.post, "http://127.0.0.1:\(reader.port)/", body: .bytes(mail), responseBytesMax: 64 << 20)
        )
        return try JSONValue(parsing: answer.body)
    }
}

extension String {
    /// How often a part occurs.
    fileprivate func count(of part: String) -> Int { ranges(of: part).count }
}
