import JSONCoding
import Mail
import Platform
import Testing

@Suite("Messages, read back by another parser")
struct MessageTests {
    let reader: MailReader

    init() throws {
        reader = try MailReader()
    }

    /// Texts that are hard to carry: each stands in subject, names, bodies and file names.
    private static let texts = [
        "plain words", "Grüße aus Köln", "日本語のとても長い件名" + String(repeating: "漢字", count: 60), "🙂👩‍👩‍👧‍👦 emoji 🇪🇺",
        "العربية والعبرية עברית", "=?UTF-8?Q?not_an_encoded_word?=",
        "quote \" backslash \\ comma, (comment) <a@b.example>",
        String(repeating: "word ", count: 60) + "end", String(repeating: "x", count: 180), "e\u{301} combining",
        "a@b; c: d", "tab\tand  two spaces", "ends with =", "=3D=20 looks encoded", "NUL-free \u{7F} delete",
        "line\r\nBcc: victim@example.net", "line\nX-Injected: yes", "\r\n\r\nbody", "\u{2028}separator\u{85}next",
        "\u{202E}turned", String(repeating: "é", count: 150),
    ]

    /// What may stand in a header of a text: as the builder promises, one line without controls.
    private func oneLine(_ text: String) -> String {
        text.unicodeScalars.split { scalar in
            switch scalar.value {
            case 0...0x20, 0x7F...0x9F, 0x2028, 0x2029, 0x202A...0x202E, 0x2066...0x2069: true
            default: false
            }
        }.map(String.init).joined(separator: " ")
    }

    /// A name as it is shown: at most 200 characters of it.
    private func shownName(_ text: String) -> String { oneLine(String(oneLine(text).prefix(200))) }

    private func networkText(_ text: String) -> String {
        var lines = ""
        var previous: Unicode.Scalar = " "
        for scalar in text.unicodeScalars {
            if scalar == "\r" || scalar == "\n" && previous != "\r" {
                lines += "\r\n"
            } else if scalar != "\n" {
                lines.unicodeScalars.append(scalar)
            }
            previous = scalar
        }
        return lines.hasSuffix("\r\n") || lines.isEmpty ? lines : lines + "\r\n"
    }

    private func expectSound(_ read: JSONValue, _ comment: Comment) {
        #expect(read["defects"] == [], comment)
        #expect(read["bare_lf"]?.bool == false && read["bare_cr"]?.bool == false, comment)
        #expect(read["longest_line"]?.integer ?? 999 <= 78, comment)
        #expect(read["ascii"]?.bool == true, comment)
        #expect(read["dot_lines"]?.integer == 0, comment)
    }

    @Test("subject, names, bodies and file names come back as they were put in", arguments: texts)
    func roundTrip(text: String) async throws {
        let file = try? MailAttachment(name: text + ".pdf", contentType: "application/pdf", bytes: Array(text.utf8))
        let mail = MailMessage(
            from: try MailAddress(name: text, "sender@example.org"),
            to: [try MailAddress(name: text, "ada@example.net"), try MailAddress("bob@example.net")],
            replyTo: try MailAddress(name: text, "reply@example.org"), subject: text, text: text,
            html: "<p>\(text)</p>", attachments: file.map { [$0] } ?? [],
            date: Timestamp(millisecondsSince1970: 1_768_465_800_000), messageID: "1.2@example.org")
        let read = try await reader.read(try mail.encoded())
        expectSound(read, "\(text)")
        #expect(read["subject"]?.string == oneLine(text))
        #expect(read["from"] == [[.string(shownName(text)), "sender@example.org"]])
        #expect(read["to"] == [[.string(shownName(text)), "ada@example.net"], ["", "bob@example.net"]])
        #expect(read["reply_to"] == [[.string(shownName(text)), "reply@example.org"]])
        #expect(read["bodies"]?["text/plain"]?.string == networkText(text))
        #expect(read["bodies"]?["text/html"]?.string == networkText("<p>\(text)</p>"))
        if let file {
            #expect(read["files"]?[0]?["name"]?.string == file.name)
            #expect(read["files"]?[0]?["content"]?.string == Base64.encode(Array(text.utf8)))
            #expect(
                read["structure"] == [
                    "multipart/mixed", "multipart/alternative", "text/plain", "text/html", "application/pdf",
                ])
        }
        let names = (read["fields"]?.array ?? []).compactMap { $0[0]?.string?.lowercased() }
        #expect(Set(names).count == names.count, "no field twice: \(names)")
        #expect(!names.contains("bcc") && !names.contains("x-injected"))
    }

    @Test("random texts come back as they were put in")
    func randomTexts() async throws {
        var generator = SeededGenerator(seed: 20_260_115)
        let alphabet: [Unicode.Scalar] = Array(
            "ab .=?_\"\\<>(),:;@\r\n\tÄß漢🙂\u{301}\u{200D}From".unicodeScalars)
        for _ in 0..<200 {
            var text = ""
            for _ in 0..<Int.random(in: 0...200, using: &generator) {
                text.unicodeScalars.append(alphabet.randomElement(using: &generator) ?? "a")
            }
            let mail = try message(subject: text, text: text, fromName: text)
            let read = try await reader.read(try mail.encoded())
            expectSound(read, "\(Array(text.utf8))")
            #expect(read["subject"]?.string ?? "" == oneLine(text), "\(Array(text.utf8))")
            #expect(read["from"]?[0]?[0]?.string == shownName(text), "\(Array(text.utf8))")
            #expect(read["bodies"]?["text/plain"]?.string == networkText(text), "\(Array(text.utf8))")
        }
    }

    @Test("lines of one dot, lines that begin with From, and very long lines do no harm")
    func awkwardBodies() async throws {
        let text = ".\r\n..\r\nFrom me\r\n" + String(repeating: "0123456789", count: 500) + "\r\ntrailing space \r\n"
        let read = try await reader.read(try message(text: text).encoded())
        expectSound(read, "awkward")
        #expect(read["bodies"]?["text/plain"]?.string == text)
    }

    @Test("the fields of an automatic message that can be unsubscribed from")
    func fields() async throws {
        let mail = try message(unsubscribeURL: "https://mail.example.org/u/tok9")
        let read = try await reader.read(try mail.encoded())
        var fields: [String: String] = [:]
        for field in read["fields"]?.array ?? [] { fields[field[0]?.string ?? ""] = field[1]?.string }
        #expect(fields["Date"] == "Thu, 15 Jan 2026 08:30:00 +0000")
        #expect(read["date"]?.integer == 1_768_465_800)
        #expect(fields["Message-ID"] == "<0190.test@example.org>")
        #expect(fields["Auto-Submitted"] == "auto-generated")
        #expect(fields["List-Unsubscribe"] == "<https://mail.example.org/u/tok9>")
        #expect(fields["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click")
        #expect(fields["MIME-Version"] == "1.0")
    }

    @Test("the same message has the same bytes")
    func stable() throws {
        let file = try MailAttachment(name: "a.txt", contentType: "text/plain", bytes: [1, 2, 3])
        let mail = try message(html: "<p>x</p>", attachments: [file])
        #expect(try mail.encoded() == mail.encoded())
    }

    @Test(
        "an address that is none is refused",
        arguments: [
            "", "a", "@b.example", "a@", "a@b", "a b@c.example", "a@b.example\r\nRCPT TO:<x@y.example>",
            "<a@b.example>",
            "a@b.example>", "a@-b.example", "a@b..example", ".a@b.example", "a.@b.example", "a@b.123",
            "a\u{0}@b.example",
            "\"a b\"@c.example", "a@[127.0.0.1]", "a,b@c.example", String(repeating: "a", count: 65) + "@b.example",
            "a@" + String(repeating: "b", count: 64) + ".example",
        ])
    func badAddress(text: String) {
        #expect(throws: MailError.self) { try MailAddress(text) }
    }

    @Test("addresses at the limits of length are taken, one past them refused")
    func addressLengths() throws {
        func address(_ local: Int, _ labels: [Int]) -> String {
            String(repeating: "a", count: local) + "@"
                + labels.map { String(repeating: "b", count: $0) }.joined(separator: ".")
        }
        _ = try MailAddress(address(64, [63, 63, 61]))
        #expect(address(64, [63, 63, 61]).utf8.count == 254)
        #expect(throws: MailError.self) { try MailAddress(address(64, [63, 63, 62])) }
        #expect(throws: MailError.self) { try MailAddress(address(65, [10, 3])) }
        #expect(throws: MailError.self) { try MailAddress(address(3, [64, 3])) }
    }

    @Test(
        "an unusable Message-ID, URL or type is refused",
        arguments: [
            "a b@example.org", "a@b\r\nX: y", "no-at", "@x", "a@", "a@b@c", "<a@b>",
        ])
    func badMessageID(text: String) throws {
        #expect(throws: MailError.self) { try message(messageID: text).encoded() }
    }

    @Test(
        "only https URLs of visible ASCII can be unsubscribed by",
        arguments: ["http://x.example/", "https://x.example/a b", "https://x.example/>\r\nX: y", "javascript:alert(1)"])
    func badUnsubscribe(text: String) throws {
        #expect(throws: MailError.self) { try message(unsubscribeURL: text).encoded() }
    }

    @Test(
        "file names and types that could harm are refused or made harmless",
        arguments: [
            ("", "application/pdf"), ("..", "application/pdf"), ("a.pdf", "application"),
            ("a.pdf", "text/html\r\nX: y"),
            ("a.pdf", "multipart/mixed"), ("a.pdf", "message/rfc822"), ("a.pdf", "text/plain; name=x"),
        ])
    func badAttachment(name: String, type: String) {
        #expect(throws: MailError.self) { try MailAttachment(name: name, contentType: type, bytes: []) }
    }

    @Test("path separators in a file name become harmless")
    func pathInName() throws {
        let file = try MailAttachment(name: "../../etc/passwd", contentType: "Text/Plain", bytes: [])
        #expect(file.name == ".._.._etc_passwd")
        #expect(file.contentType == "text/plain")
    }
}

/// Numbers that are the same in every run.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    /// SplitMix64.
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var word = state
        word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
        return word ^ (word >> 31)
    }
}
