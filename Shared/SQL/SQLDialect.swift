/// The two families of SQL that the house speaks.
package enum SQLDialect: String, Sendable, Hashable, CaseIterable {
    case sqlite
    case postgres

    /// What stands before a parameter's number.
    var parameterPrefix: String {
        switch self {
        case .sqlite: "?"
        case .postgres: "$"
        }
    }
}
