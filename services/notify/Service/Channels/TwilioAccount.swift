import Settings

/// What it takes to send through Twilio.
struct TwilioAccount: Sendable {
    /// Without trailing slash.
    var baseURL: String
    var accountSID: String
    /// Also the key of callback signatures, whatever the API is called with.
    var authToken: Secret
    /// Instead of account and token for calls; nil to use those.
    var apiKey: (sid: String, secret: Secret)?
    var fromNumber: String
    var messagingServiceSID: String
    /// For WhatsApp; empty when that is not set up.
    var whatsAppNumber: String
    /// The approved WhatsApp templates (Twilio's content SIDs) by the names of ours.
    var contentSIDs: [String: String]
    /// Where Twilio reports what became of a message; empty for no reports.
    var statusCallbackURL: String

    /// User and password of Basic authentication.
    var credentials: (user: String, password: String) {
        apiKey.map { ($0.sid, $0.secret.revealed) } ?? (accountSID, authToken.revealed)
    }
}
