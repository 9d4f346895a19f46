/// What is known of one variable, collected while settings are read; `.env.example` is checked against it.
package struct SettingDescription: Sendable, Hashable {
    package let variable: String
    /// The default as it would be written in `.env`; empty when there is none.
    package let defaultText: String
    /// What values are allowed, in words.
    package let allowed: String
    /// What the setting does, in one sentence.
    package let help: String
    package let isSecret: Bool
}
