import Mail
package import Settings

/// The settings of email; without a host it is in outbox mode.
package struct MailSettings: Sendable {
    package enum Security: String, Sendable, CaseIterable { case auto, starttls, tls, none }

    /// Empty for outbox mode.
    package var host: String
    package var port: Int
    package var security: Security
    package var user: String
    package var password: Secret?
    package var fromEmail: String
    package var fromName: String
    package var replyTo: String
    package var timeout: Duration
    package var connections: Int
    package var certificateFile: String
    package var clientName: String

    /// What messages are from in outbox mode when nothing is configured.
    static let fallbackSender = "lectern@lectern.invalid"

    init(from reader: inout SettingsReader) {
        func address(_ text: String) -> String? {
            guard let address = try? MailAddress(text), address.domain.utf8.allSatisfy({ $0 < 0x80 }) else {
                return nil
            }
            return text
        }
        host = reader.value(
            "SMTP_HOST", default: "", defaultText: "", allowed: "the name or address of a mail server",
            help: "The mail server; empty to write emails to the outbox folder."
        ) { text in
            text.utf8.count <= 253
                && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && !"/@\"<>\\?#".utf8.contains($0) } ? text : nil
        }
        port = reader.integer("SMTP_PORT", default: 587, in: 1...65_535, help: "Its port.")
        security = reader.choice(
            "SMTP_SECURITY", default: Security.auto,
            help: "starttls (required), tls (from the start), none, or auto: tls on port 465, else starttls.")
        user = reader.string("SMTP_USERNAME", lengthMax: 320, help: "User at the mail server; empty for none.")
        password = reader.secret("SMTP_PASSWORD", help: "The user's password.")
        fromEmail = reader.value(
            "SMTP_FROM_EMAIL", default: "", defaultText: "", allowed: "an email address with an ASCII domain",
            help: "Whom emails are from; needed with SMTP_HOST.", parse: address)
        fromName = reader.string("SMTP_FROM_NAME", lengthMax: 100, help: "The name beside it; empty for BRAND_NAME.")
        replyTo = reader.value(
            "SMTP_REPLY_TO", default: "", defaultText: "", allowed: "an email address",
            help: "Where answers go; empty for the sender.", parse: address)
        timeout = reader.duration(
            "SMTP_TIMEOUT", default: .seconds(30), in: .seconds(1)...(.seconds(600)),
            help: "How long connecting, and each reply of the server, may take.")
        connections = reader.integer(
            "SMTP_CONNECTIONS", default: 4, in: 1...64, help: "Connections to the server, and so emails, at a time.")
        certificateFile = reader.string(
            "SMTP_CA_FILE", help: "A file of trusted certificates instead of the system's.")
        clientName = reader.string(
            "SMTP_CLIENT_NAME", default: "localhost", lengthMax: 253, help: "What this machine calls itself (EHLO).")
        if !host.isEmpty, fromEmail.isEmpty {
            reader.reject("SMTP_FROM_EMAIL", allowed: "must be set when SMTP_HOST is")
        }
        if user.isEmpty != (password == nil) {
            reader.reject("SMTP_USERNAME", allowed: "must be set together with SMTP_PASSWORD")
        }
    }

    /// The sender of every email.
    ///
    /// - Throws: `MailError`; does not happen with settings that were read.
    func sender(brand: String) throws(MailError) -> MailAddress {
        try MailAddress(
            name: fromName.isEmpty ? brand : fromName, fromEmail.isEmpty ? Self.fallbackSender : fromEmail)
    }
}
