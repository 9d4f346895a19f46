import Settings

/// Notify's own settings; those of every service are in `BasicSettings`.
package struct NotifySettings: Sendable {
    /// Folder of the templates.
    package var templatesFolder: String
    /// The name of the house in every message.
    package var brand: String
    /// The folder of the embedding model; empty for the one that `make setup` fills.
    package var modelFolder: String
    package var incidents: IncidentSettings

    init(from reader: inout SettingsReader) {
        templatesFolder = reader.string(
            "TEMPLATES_DIR", default: "templates", help: "Folder of the templates of messages.")
        brand = reader.string(
            "BRAND_NAME", default: "Lectern", lengthMax: 60, help: "The name that messages are signed with.")
        modelFolder = reader.string(
            "MODEL_DIR",
            help: "Folder of the embedding model's files; empty for models/all-MiniLM-L6-v2 under VAR_DIR.")
        incidents = IncidentSettings(from: &reader)
    }
}
