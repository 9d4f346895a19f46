package import LanguageModels
import Settings

/// Chat's own settings; those of every service are in `BasicSettings`.
package struct ChatSettings: Sendable {
    package var models: ModelSettings
    /// The folder of the prompt files.
    package var promptsFolder: String
    /// A session without a message for so long is expired.
    package var sessionTimeout: Duration

    init(from reader: inout SettingsReader) {
        models = ModelSettings(from: &reader)
        promptsFolder = reader.string(
            "PROMPTS_DIR", default: "prompts", help: "Folder of the prompt files; edited files count at once.")
        sessionTimeout = reader.duration(
            "SESSION_TIMEOUT", default: .seconds(24 * 3_600), in: .seconds(60)...(.seconds(365 * 24 * 3_600)),
            help: "How long a chat session lives without a message.")
    }
}
