/// A reply of an SMTP server (RFC 5321 section 4.2).
package struct SMTPReply: Sendable, Hashable {
    package let code: Int
    /// The text of its last line, visible ASCII only, at most `textLengthMax` characters.
    package let text: String

    package static let textLengthMax = 300

    package init(code: Int, text: String) {
        self.code = code
        self.text = text
    }
}

/// What a server has said during one transfer, read line by line. No I/O.
struct SMTPReplyLog {
    /// The last reply to anything but QUIT, which libcurl says after a refusal.
    private(set) var last: SMTPReply?
    /// Whether the server has asked for the message (354).
    private(set) var hasAskedForMessage = false
    /// The reply to the message itself.
    private(set) var afterMessage: SMTPReply?
    /// Whether this transfer saw the server's answer to EHLO, and whether it offers SMTPUTF8 (RFC 6531).
    private(set) var hasCapabilities = false
    private(set) var offersUTF8 = false

    /// After 220, be it the greeting or the answer to STARTTLS, the next 250 is the answer to EHLO.
    private var expectsCapabilities = false

    /// Takes one line with or without its line break. Lines that are no replies are passed over.
    mutating func receive(_ bytes: some Collection<UInt8>) {
        let line = bytes.prefix { $0 != 0x0D && $0 != 0x0A }
        let digits = line.prefix(3)
        guard digits.count == 3, digits.allSatisfy({ (0x30...0x39).contains($0) }) else { return }
        let code = digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
        let rest = line.dropFirst(3)
        let text = String(
            decoding: rest.dropFirst().prefix(SMTPReply.textLengthMax).map { (0x20...0x7E).contains($0) ? $0 : 0x3F },
            as: UTF8.self)
        if expectsCapabilities, code == 250 {
            let keyword = text.prefix { $0 != " " }.uppercased()
            if keyword == "SMTPUTF8" { offersUTF8 = true }
        }
        // A hyphen says that further lines of the same reply follow.
        guard rest.first != UInt8(ascii: "-") else { return }
        end(SMTPReply(code: code, text: text))
    }

    private mutating func end(_ reply: SMTPReply) {
        guard reply.code != 221 else { return }
        last = reply
        if hasAskedForMessage {
            afterMessage = reply
        } else if reply.code == 354 {
            hasAskedForMessage = true
        } else if reply.code == 220 {
            expectsCapabilities = true
            hasCapabilities = false
            // What was offered before TLS counts no more (RFC 3207 section 4.2).
            offersUTF8 = false
        } else if expectsCapabilities {
            expectsCapabilities = false
            hasCapabilities = reply.code == 250
        }
    }
}
