/// Everything that is wrong with the configuration, at once.
package struct SettingsError: Error, Sendable, Hashable, CustomStringConvertible {
    /// One wrong variable.
    package struct Mistake: Sendable, Hashable, CustomStringConvertible {
        package let variable: String
        /// The value found; redacted for secrets.
        package let value: String
        /// What would be right.
        package let allowed: String

        package var description: String { "\(variable)=\(value): \(allowed)" }
    }

    package let mistakes: [Mistake]

    /// One line for each mistake: variable, value, what is allowed.
    package var description: String { mistakes.map(\.description).joined(separator: "\n") }
}
