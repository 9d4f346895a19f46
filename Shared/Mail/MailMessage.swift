package import Platform

/// An email: what is in it, and its bytes by the standards (RFC 5322, 2045 to 2047, 2231, 6532).
///
/// The bytes depend on nothing but the value, so a message that is sent again is the same message. Every part is encoded in
/// ASCII lines of at most 78 characters where that is possible; only addresses beyond ASCII stand in UTF-8 (RFC 6532).
package struct MailMessage: Sendable, Hashable {
    /// The largest message, encoded.
    package static let bytesMax = 25 << 20
    package static let subjectLengthMax = 500

    package var from: MailAddress
    package var to: [MailAddress]
    package var replyTo: MailAddress?
    /// Control characters and line breaks in it become spaces.
    package var subject: String
    /// The message as plain text, always there.
    package var text: String
    /// The same in HTML.
    package var html: String?
    package var attachments: [MailAttachment]
    package var date: Timestamp
    /// The part within the angle brackets: `left@right`. The same on every attempt, so that a repetition is recognised.
    package var messageID: String
    /// An https URL that takes the one-click POST of RFC 8058.
    package var unsubscribeURL: String?
    /// Tells responders not to answer (RFC 3834).
    package var isAutomatic: Bool

    package init(
        from: MailAddress, to: [MailAddress], replyTo: MailAddress? = nil, subject: String, text: String,
        html: String? = nil, attachments: [MailAttachment] = [], date: Timestamp, messageID: String,
        unsubscribeURL: String? = nil, isAutomatic: Bool = true
    ) {
        self.from = from
        self.to = to
        self.replyTo = replyTo
        self.subject = subject
        self.text = text
        self.html = html
        self.attachments = attachments
        self.date = date
        self.messageID = messageID
        self.unsubscribeURL = unsubscribeURL
        self.isAutomatic = isAutomatic
    }

    /// The message as it goes over the wire, with CRLF at the end of every line, without dot-stuffing.
    ///
    /// - Throws: `MailError` for a message without recipient, an unusable id or URL, and one that is too large.
    package func encoded() throws(MailError) -> [UInt8] {
        guard !to.isEmpty else { throw MailError(.noRecipient, "A message needs a recipient.") }
        var bytes: [UInt8] = []
        try writeFields(to: &bytes)
        HeaderField.write("MIME-Version", ["1.0"], to: &bytes)
        let body = MailBody(self)
        bytes += body.encoded()
        guard bytes.count <= Self.bytesMax else {
            throw MailError(.tooLarge, "A message has at most \(Self.bytesMax) bytes.")
        }
        return bytes
    }

    private func writeFields(to bytes: inout [UInt8]) throws(MailError) {
        guard Self.isMessageID(messageID) else {
            throw MailError(.invalidField, "A message's id must look like left@right, in ASCII.")
        }
        let line = HeaderText.oneLine(subject)
        guard line.count <= Self.subjectLengthMax else {
            throw MailError(.tooLarge, "A subject has at most \(Self.subjectLengthMax) characters.")
        }
        HeaderField.write("Date", [MailDate.text(date)], to: &bytes)
        HeaderField.write("From", HeaderField.mailbox(from, used: 6), to: &bytes)
        if let replyTo { HeaderField.write("Reply-To", HeaderField.mailbox(replyTo, used: 10), to: &bytes) }
        HeaderField.write("To", HeaderField.mailboxes(to, used: 4), to: &bytes)
        HeaderField.write("Message-ID", ["<\(messageID)>"], to: &bytes)
        if !line.isEmpty { HeaderField.write("Subject", HeaderField.unstructured(line, used: 9), to: &bytes) }
        if isAutomatic { HeaderField.write("Auto-Submitted", ["auto-generated"], to: &bytes) }
        if let unsubscribeURL {
            guard unsubscribeURL.hasPrefix("https://"), unsubscribeURL.utf8.count <= 900,
                unsubscribeURL.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != 0x3C && $0 != 0x3E })
            else { throw MailError(.invalidField, "The URL to unsubscribe must be https and visible ASCII.") }
            HeaderField.write("List-Unsubscribe", ["<\(unsubscribeURL)>"], to: &bytes)
            HeaderField.write("List-Unsubscribe-Post", ["List-Unsubscribe=One-Click"], to: &bytes)
        }
    }

    /// `dot-atom "@" dot-atom`, of at most 250 bytes.
    private static func isMessageID(_ text: String) -> Bool {
        let parts = text.split(separator: "@", omittingEmptySubsequences: false)
        return parts.count == 2 && text.utf8.count <= 250
            && parts.allSatisfy { part in
                !part.isEmpty && !part.hasPrefix(".") && !part.hasSuffix(".")
                    && part.utf8.allSatisfy { byte in
                        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                            || "-_.+=".utf8.contains(byte)
                    }
            }
    }
}
