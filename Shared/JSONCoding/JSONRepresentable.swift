package import Platform

/// A wire type: it says itself which fields it has.
package protocol JSONRepresentable: Sendable {
    /// - Throws: when a field is missing or of the wrong type.
    init(json: JSONValue) throws
    var json: JSONValue { get }
}

extension JSONValue {
    /// RFC 3339 in UTC with milliseconds.
    package static func timestamp(_ time: Timestamp) -> JSONValue { .string(time.rfc3339) }

    /// The lower-case text form of a UUID.
    package static func identifier(_ id: Identifier) -> JSONValue { .string(id.description) }

    /// `null` for nil.
    package static func optional(_ text: String?) -> JSONValue { text.map { .string($0) } ?? .null }
    package static func optional(_ number: Int?) -> JSONValue { number.map { .integer(Int64($0)) } ?? .null }
    package static func optional(_ number: Double?) -> JSONValue { number.map { .number($0) } ?? .null }
    package static func optional(_ time: Timestamp?) -> JSONValue { time.map { .timestamp($0) } ?? .null }
    package static func optional(_ id: Identifier?) -> JSONValue { id.map { .identifier($0) } ?? .null }
}
