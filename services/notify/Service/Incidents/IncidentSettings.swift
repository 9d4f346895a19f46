package import LanguageModels
import PhoneNumbers
package import Settings

/// The settings of incidents.
package struct IncidentSettings: Sendable {
    /// How long after its report an open incident is reminded of.
    package var reminderAfter: Duration
    /// Where tickets are made; empty for our own numbers only.
    package var ticketURL: String
    /// Sent to the ticket system as a bearer token.
    package var ticketToken: Secret?
    /// How long the answer to a report waits for the ticket system.
    package var ticketPatience: Duration
    /// Below this confidence a person should look at the classification.
    package var reviewBelow: Double
    /// How long the answer to a report waits for a language model.
    package var modelPatience: Duration
    /// The country of telephone numbers without a country code; nil when they must have one.
    package var phoneRegion: String?

    package var models: ModelSettings
    /// The folder of the prompt files.
    package var promptsFolder: String

    init(from reader: inout SettingsReader) {
        reminderAfter = reader.duration(
            "REMINDER_AFTER", default: .seconds(86_400), in: .seconds(1)...(.seconds(365 * 86_400)),
            help: "How long after its report an incident that is not resolved is reminded of.")
        ticketURL = reader.value(
            "TICKET_API_URL", default: "", defaultText: "", allowed: "an http or https URL",
            help: "Where tickets are made (POST of JSON); empty for local numbers only."
        ) { text in
            text.isEmpty || text.hasPrefix("https://") || text.hasPrefix("http://") ? text : nil
        }
        ticketToken = reader.secret("TICKET_API_TOKEN", help: "Bearer token for the ticket system.")
        ticketPatience = reader.duration(
            "TICKET_PATIENCE", default: .milliseconds(800), in: .zero...(.seconds(10)),
            help: "How long a report waits for the ticket system before it gets a local number.")
        reviewBelow =
            Double(
                reader.integer(
                    "REVIEW_BELOW_PERCENT", default: 60, in: 0...100,
                    help: "Confidence below which a person should look at an incident's classification.")) / 100
        modelPatience = reader.duration(
            "CLASSIFY_PATIENCE", default: .seconds(2), in: .zero...(.seconds(10)),
            help: "How long a report waits for a language model before the built-in classifier answers for it.")
        models = ModelSettings(from: &reader)
        promptsFolder = reader.string(
            "PROMPTS_DIR", default: "prompts", help: "Folder of the prompt files; edited files count at once.")
        let region = reader.string(
            "PHONE_REGION", lengthMax: 2, help: "Country of numbers without country code, like US.")
        if region.isEmpty {
            phoneRegion = nil
        } else {
            if !E164Number.isRegion(region) {
                reader.reject("PHONE_REGION", allowed: "two letters such as US, or empty")
            }
            phoneRegion = region
        }
    }
}
