/// One statement whose values are bound, never pasted into the text.
///
/// Written as a string literal; every interpolated value becomes a numbered parameter:
/// ```swift
/// let query: SQLQuery = "SELECT name FROM lectures WHERE owner = \(ownerID) AND pages < \(5)"
/// ```
/// The text is made for the store that runs it: `?1` for SQLite, where `$1` would be a *named* parameter, and `$1` for
/// PostgreSQL. `description` shows the text with placeholders only, so a query may be logged.
package struct SQLQuery: Sendable, ExpressibleByStringInterpolation, CustomStringConvertible {
    enum Piece: Sendable {
        case text(String)
        case argument(SQLValue)
        case variant(sqlite: String, postgres: String)
    }

    var pieces: [Piece]

    package init(stringLiteral value: String) {
        pieces = [.text(value)]
    }

    package init(stringInterpolation: Interpolation) {
        pieces = stringInterpolation.pieces
    }

    /// A statement from text that was not written as a literal, such as a migration file. No values.
    package init(trusted text: String) {
        pieces = [.text(text)]
    }

    /// The values in the order of their parameters.
    package var arguments: [SQLValue] {
        pieces.compactMap { if case .argument(let value) = $0 { value } else { nil } }
    }

    /// The statement as `dialect` writes it.
    package func text(for dialect: SQLDialect) -> String {
        if pieces.count == 1, case .text(let text) = pieces[0] { return text }
        var text = ""
        text.reserveCapacity(160)
        var number = 0
        for piece in pieces {
            switch piece {
            case .text(let literal):
                text += literal
            case .argument:
                number += 1
                text += dialect.parameterPrefix
                text += String(number)
            case .variant(let sqlite, let postgres):
                text += dialect == .sqlite ? sqlite : postgres
            }
        }
        return text
    }

    /// The text with placeholders; contains no values.
    package var description: String { text(for: .sqlite) }

    /// Adds `other` after this statement; its parameters are numbered on. For conditions that are added one by one.
    package mutating func append(_ other: SQLQuery) {
        pieces += other.pieces
    }
}

extension SQLQuery {
    /// Collects the pieces of an interpolated literal.
    package struct Interpolation: StringInterpolationProtocol {
        var pieces: [Piece] = []

        package init(literalCapacity: Int, interpolationCount: Int) {
            pieces.reserveCapacity(interpolationCount * 2 + 1)
        }

        package mutating func appendLiteral(_ literal: String) {
            if !literal.isEmpty { pieces.append(.text(literal)) }
        }

        /// `\(value)`: a bound parameter.
        package mutating func appendInterpolation(_ value: some SQLBindable) {
            pieces.append(.argument(value.sqlValue))
        }

        /// `\(optional)`: a bound parameter, NULL for nil. Apart from the one above so that the compiler does not take it
        /// for text that shows an optional.
        package mutating func appendInterpolation(_ value: (some SQLBindable)?) {
            pieces.append(.argument(value?.sqlValue ?? .null))
        }

        /// `\(fragment)`: another query in this place, its parameters bound here.
        package mutating func appendInterpolation(_ fragment: SQLQuery) {
            pieces += fragment.pieces
        }

        /// `\(raw: name)`: text as it is. Only for names that this program wrote itself, never for input.
        package mutating func appendInterpolation(raw text: String) {
            pieces.append(.text(text))
        }

        /// `IN (\(list: values))`: one parameter for each value, separated by commas. An empty list matches nothing,
        /// and everything under `NOT IN`.
        package mutating func appendInterpolation(list values: some Sequence<some SQLBindable>) {
            var isFirst = true
            for value in values {
                if !isFirst { pieces.append(.text(", ")) }
                pieces.append(.argument(value.sqlValue))
                isFirst = false
            }
            if isFirst { pieces.append(.text("SELECT NULL WHERE 1 = 0")) }
        }

        /// `\(sqlite: "…", postgres: "…")`: the few words on which the two dialects differ.
        package mutating func appendInterpolation(sqlite: String, postgres: String) {
            pieces.append(.variant(sqlite: sqlite, postgres: postgres))
        }
    }
}
