import ObjectStore
import Settings

/// The settings of recorded conversations and of the object store.
package struct ConversationSettings: Sendable {
    /// Nil when none is configured.
    var providerKey: Secret?
    var providerURL: String
    var webhookSecret: Secret?
    var reconcileInterval: Duration
    var prices: UsagePrices
    /// Where clients reach the gateway, for links; empty for `AUTH_URL`.
    var publicURL: String
    /// Signs links to files on disk; nil when it is to be read from (or made in) the service's folder.
    var linkSecret: Secret?
    var objects: ObjectStoreSettings

    init(from reader: inout SettingsReader) {
        providerKey = reader.secret("ELEVENLABS_API_KEY", help: "The key of ElevenLabs' API.")
        providerURL = reader.baseURL(
            "ELEVENLABS_BASE_URL", default: ElevenLabsClient.standardURL, help: "Where ElevenLabs' API is.")
        webhookSecret = reader.secret(
            "ELEVENLABS_WEBHOOK_SECRET", help: "Checks ElevenLabs' webhooks; without it they are refused.")
        reconcileInterval = reader.duration(
            "ELEVENLABS_RECONCILE_INTERVAL", default: .seconds(900), in: .seconds(60)...(.seconds(86_400)),
            help: "How often conversations whose webhook was lost are looked for.")
        func price(_ name: String, _ help: String) -> Double {
            reader.value(name, default: 0, defaultText: "0", allowed: "a price in US dollars, such as 0.15", help: help)
            {
                Double($0).flatMap { $0.isFinite && $0 >= 0 ? $0 : nil }
            }
        }
        prices = UsagePrices(
            perMillionInputTokens: price("LLM_INPUT_PRICE", "US dollars per million tokens given to the model."),
            perMillionOutputTokens: price("LLM_OUTPUT_PRICE", "US dollars per million tokens of the model's answers."),
            perThousandCredits: price("ELEVENLABS_CREDIT_PRICE", "US dollars per thousand credits of ElevenLabs."))
        publicURL = reader.baseURL(
            "PUBLIC_URL", help: "Where people reach the gateway, for links; empty for AUTH_URL.")
        linkSecret = reader.secret(
            "LINK_SECRET", lengthMin: 32,
            help: "Signs links to files on disk; the same for all replicas. Made under VAR_DIR when empty.")
        objects = ObjectStoreSettings(from: &reader)
    }
}
