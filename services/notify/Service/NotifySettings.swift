package import Settings

/// Notify's own settings; those of every service are in `BasicSettings`.
package struct NotifySettings: Sendable {
    /// Folder of the templates.
    package var templatesFolder: String
    /// The name of the house in every message.
    package var brand: String
    /// The address at which the world reaches the gateway, without trailing slash; empty for none.
    package var publicURL: String
    package var mail: MailSettings
    package var twilio: TwilioSettings
    /// Signs webhooks; nil for outbox mode.
    package var webhookSecret: Secret?
    package var allowsPrivateWebhooks: Bool
    package var attemptsMax: Int
    /// The same for an email that no other channel can stand in for.
    package var emailAttemptsMax: Int
    package var retryDelay: Duration
    /// Messages to one recipient on one channel within an hour; 0 for no limit.
    package var recipientPerHour: Int
    package var quietHours: QuietHours?
    /// The folder of the embedding model; empty for the one that `make setup` fills.
    package var modelFolder: String
    package var incidents: IncidentSettings

    init(from reader: inout SettingsReader) {
        templatesFolder = reader.string(
            "TEMPLATES_DIR", default: "templates", help: "Folder of the templates of messages.")
        brand = reader.string(
            "BRAND_NAME", default: "Lectern", lengthMax: 60, help: "The name that messages are signed with.")
        publicURL = reader.baseURL(
            "PUBLIC_URL",
            help: "Where the world reaches the gateway, such as https://lectern.example.org; for reports of Twilio.")
        mail = MailSettings(from: &reader)
        twilio = TwilioSettings(from: &reader)
        webhookSecret = reader.secret(
            "WEBHOOK_SECRET", lengthMin: 16, help: "Signs webhooks; without it they are written to the outbox folder.")
        allowsPrivateWebhooks = reader.flag(
            "WEBHOOK_ALLOW_PRIVATE", default: false,
            help: "Whether webhooks may lead to addresses of this machine and this network.")
        attemptsMax = reader.integer(
            "DELIVERY_ATTEMPTS", default: 8, in: 1...100, help: "Attempts on one channel before it counts as failed.")
        emailAttemptsMax = reader.integer(
            "EMAIL_ATTEMPTS", default: 44, in: 1...200,
            help: "The same for an email that no other channel can stand in for: some four to five days.")
        retryDelay = reader.duration(
            "DELIVERY_RETRY_DELAY", default: .seconds(15), in: .milliseconds(100)...(.seconds(3_600)),
            help: "The wait after a first failure; it grows fourfold, to at most four hours.")
        recipientPerHour = reader.integer(
            "RECIPIENT_PER_HOUR", default: 30, in: 0...100_000,
            help: "Messages to one recipient on one channel within an hour, the rest waits; 0 for no limit.")
        quietHours = QuietHours(from: &reader)
        modelFolder = reader.string(
            "MODEL_DIR",
            help: "Folder of the embedding model's files; empty for models/all-MiniLM-L6-v2 under VAR_DIR.")
        incidents = IncidentSettings(from: &reader)
    }
}
