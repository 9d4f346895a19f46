import Foundation
import HTTPMessages
import JSONCoding
import NotifyService
import Platform
import ServiceTestSupport
import TestSupport
import Testing
import Tokens

@Suite("Templates of messages")
struct TemplateTests {
    private static let admin = TestTokens.user(Identifier.make(), .admin)

    private func preview(_ notify: RunningNotify, _ name: String, _ order: JSONValue) async throws -> JSONValue {
        let answer = try await notify.service.send(
            .post, "/api/notifications/templates/\(name)/preview", token: RunningNotify.staff, json: order)
        try #require(answer.status == 200, "\(answer.text)")
        return answer.json
    }

    /// Templates of the test, beside the frame of the house.
    private func folder(_ files: [String: String]) throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        try folder.write("layout.html", Array("<html><!-- body --></html>".utf8))
        try FileManager.default.createDirectory(atPath: folder.file("hello"), withIntermediateDirectories: true)
        for (name, text) in files { try folder.write("hello/\(name)", Array(text.utf8)) }
        return folder
    }

    @Test("the messages of the house fill in, and say what they need")
    func house() async throws {
        try await withNotify { notify in
            let list = try await notify.service.send(
                .get, "/api/notifications/templates", token: RunningNotify.staff)
            let names = (list.json.array ?? []).compactMap { $0["name"]?.string }
            #expect(
                names == [
                    "conversation_report", "incident_created", "incident_reminder", "incident_status", "session_report",
                ])
            for template in list.json.array ?? [] {
                let name = try #require(template["name"]?.string)
                var variables: JSONObject = ["recipient_name": "Ana"]
                for variable in template["variables"]?.array ?? [] { variables[variable.string ?? ""] = "VALUE" }
                for channel in template["channels"]?.array ?? [] {
                    let message = try await preview(
                        notify, name, ["variables": .object(variables), "channel": channel])
                    #expect(message["missing"]?.array?.isEmpty == true)
                    for part in ["subject", "text", "html"] {
                        let text = message[part]?.string ?? ""
                        #expect(!text.contains("{{") && !text.contains("}}"), "\(name) \(part)")
                    }
                    #expect(message["text"]?.string?.contains("VALUE") == true)
                }
            }
        }
    }

    @Test("the message of a new incident says what the system before said")
    func incident() async throws {
        try await withNotify { notify in
            let variables: JSONValue = [
                "ticket_id": "TKT-98042a72", "incident_id": "INC-1", "message": "Charged <twice> & more\nSecond line",
                "recipient_name": "Ana",
            ]
            let email = try await preview(notify, "incident_created", ["variables": variables])
            #expect(email["subject"]?.string == "Incident Update - Ticket TKT-98042a72")
            for part in ["text", "html"] {
                let text = try #require(email[part]?.string)
                for words in [
                    "Ana", "Thank you", "INC-1", "Your ticket has been created and is being investigated.",
                    "within 24 hours", "The Lectern support team",
                ] {
                    let plain = text.replacing("<strong>", with: "").replacing("</strong>", with: "")
                    #expect(plain.contains(words), "\(part): \(words)")
                }
            }
            #expect(email["text"]?.string?.contains("Charged <twice> & more\nSecond line") == true)
            #expect(email["html"]?.string?.contains("Charged &lt;twice&gt; &amp; more<br>\nSecond line") == true)
            let sms = try await preview(notify, "incident_created", ["variables": variables, "channel": "sms"])
            #expect(sms["text"]?.string == "Ticket #TKT-98042a72 created. Follow-up in 24 hours.")
        }
    }

    @Test("a preview shows names without a value as themselves and lists them")
    func missing() async throws {
        try await withNotify { notify in
            let message = try await preview(notify, "incident_created", [:])
            #expect(message["subject"]?.string == "Incident Update - Ticket ‹ticket_id›")
            #expect(message["missing"] == ["ticket_id", "incident_id", "message"])
            let unknown = try await notify.service.send(
                .post, "/api/notifications/templates/nothing/preview", token: RunningNotify.staff, json: [:])
            #expect(unknown.status == 404)
            let student = try await notify.service.send(
                .post, "/api/notifications/templates/incident_created/preview",
                token: TestTokens.user(Identifier.make()), json: [:])
            #expect(student.status == 403)
        }
    }

    @Test("conditions, lists, and values in every place of HTML")
    func language() async throws {
        let folder = try folder([
            "subject.txt": "Hi {{name}}\n",
            "text.txt":
                "{{#if items}}\n{{#each items}}\n- {{this.label}}{{#if this.at}} at {{this.at}}{{/if}}\n{{/each}}\n{{else}}\nnone\n{{/if}}\nend",
            "body.html": "<a href=\"{{link}}\" title=\"{{name}}\">{{name}}</a>",
        ])
        try await withNotify(["TEMPLATES_DIR": folder.path]) { notify in
            let full = try await preview(
                notify, "hello",
                [
                    "variables": [
                        "name": "\"a\" <b>\r\n'c'", "link": "https://x.example/?a=1&b=\"2\"",
                        "items": [["label": "one", "at": 3], ["label": "two"]],
                    ]
                ])
            #expect(full["subject"]?.string == "Hi \"a\" <b> 'c'")
            #expect(full["text"]?.string == "- one at 3\n- two\nend")
            #expect(
                full["html"]?.string
                    == "<html><a href=\"https://x.example/?a=1&amp;b=&quot;2&quot;\" title=\"&quot;a&quot; &lt;b&gt; &#39;c&#39;\">"
                    + "&quot;a&quot; &lt;b&gt;<br>\n&#39;c&#39;</a></html>")
            let empty = try await preview(
                notify, "hello", ["variables": ["name": "n", "link": "javascript:alert(1)", "items": []]])
            #expect(empty["text"]?.string == "none\nend")
            #expect(empty["html"]?.string?.hasPrefix("<html><a href=\"#\"") == true)
        }
    }

    @Test("templates are read anew when asked, and a wrong one changes nothing")
    func reload() async throws {
        let folder = try folder(["subject.txt": "One", "text.txt": "one"])
        try await withNotify(["TEMPLATES_DIR": folder.path]) { notify in
            func reload() async throws -> RunningService.Answer {
                try await notify.service.send(.post, "/api/notifications/templates/reload", token: Self.admin)
            }
            try folder.write("hello/subject.txt", Array("Two".utf8))
            #expect(try await preview(notify, "hello", [:])["subject"]?.string == "One")
            #expect(try await reload().status == 200)
            #expect(try await preview(notify, "hello", [:])["subject"]?.string == "Two")
            try folder.write("hello/text.txt", Array("line\n{{#if x}}".utf8))
            try folder.write("hello/subject.txt", Array("Three".utf8))
            let refused = try await reload()
            #expect(refused.status == 409)
            #expect(refused.json["detail"]?.string == "hello/text.txt:2: {{#if}} is not closed")
            #expect(try await preview(notify, "hello", [:])["subject"]?.string == "Two")
        }
    }

    @Test(
        "a wrong template stops the start and names file and line",
        arguments: [
            ("{{name", "hello/text.txt:1: {{ without }}"), ("a\n{{/if}}", "hello/text.txt:2: {{/if}} closes nothing"),
            ("{{#each a}}", "hello/text.txt:1: {{#each}} is not closed"),
            ("{{else}}", "hello/text.txt:1: {{else}} without {{#if}}"),
            ("{{Name}}", "hello/text.txt:1: Name is no name"), ("{{a b}}", "hello/text.txt:1: {{a b}} is neither"),
            ("{{#if a}}{{/each}}{{/if}}", "hello/text.txt:1: {{/each}} closes nothing"),
            ("{{}}", "hello/text.txt:1: {{}} is neither"),
            ("{{#if a}}x{{else}}y{{else}}z{{/if}}", "hello/text.txt:1: a second {{else}}"),
        ])
    func wrongTemplate(text: String, message: String) async throws {
        let folder = try folder(["subject.txt": "x", "text.txt": text])
        do {
            try await withNotify(["TEMPLATES_DIR": folder.path]) { _ in
                Issue.record("the service started with a wrong template")
            }
        } catch {
            #expect("\(error)".contains(message), "\(error)")
        }
    }
}
