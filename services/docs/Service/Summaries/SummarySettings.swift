package import LanguageModels
import Settings

/// How conversations are summarised.
package struct SummarySettings: Sendable {
    package var models: ModelSettings
    /// The folder of the prompt files.
    package var promptsFolder: String
    /// How long a language model may take for one conversation before the built-in engine summarises it.
    package var patience: Duration

    init(from reader: inout SettingsReader) {
        models = ModelSettings(from: &reader)
        promptsFolder = reader.string(
            "PROMPTS_DIR", default: "prompts", help: "Folder of the prompt files; edited files count at once.")
        patience = reader.duration(
            "SUMMARY_TIMEOUT", default: .seconds(200), in: .seconds(1)...(.seconds(3_600)),
            help: "How long a model may take to summarise a conversation before the built-in engine does it.")
    }
}
