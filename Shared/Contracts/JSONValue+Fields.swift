package import JSONCoding
package import Platform

/// A field of a message from another service was missing or of the wrong kind.
package struct WireError: Error, CustomStringConvertible {
    package let field: String

    package init(field: String) { self.field = field }

    package var description: String { "field \(field) is missing or has the wrong type" }
}

/// A value that stands in one field of a wire type.
package protocol WireField {
    init?(field: JSONValue)
}

extension String: WireField {
    package init?(field: JSONValue) { if let text = field.string { self = text } else { return nil } }
}
extension Int: WireField {
    package init?(field: JSONValue) { if let n = field.integer { self.init(exactly: n) } else { return nil } }
}
extension Double: WireField {
    package init?(field: JSONValue) { if let n = field.number { self = n } else { return nil } }
}
extension Bool: WireField {
    package init?(field: JSONValue) { if let flag = field.bool { self = flag } else { return nil } }
}
extension Identifier: WireField {
    package init?(field: JSONValue) { guard let text = field.string else { return nil }; self.init(text) }
}
extension Timestamp: WireField {
    package init?(field: JSONValue) { guard let text = field.string else { return nil }; self.init(rfc3339: text) }
}

extension JSONValue {
    /// The member `name` of an object, as `Field`.
    ///
    /// - Throws: `WireError` when it is missing, null or of another type.
    package func required<Field: WireField>(_ name: String, as: Field.Type = Field.self) throws(WireError) -> Field {
        guard let value = self[name], let field = Field(field: value) else { throw WireError(field: name) }
        return field
    }

    /// The member `name`, or nil when it is missing or null.
    ///
    /// - Throws: `WireError` when it is of another type.
    package func optional<Field: WireField>(_ name: String, as: Field.Type = Field.self) throws(WireError) -> Field? {
        guard let value = self[name], !value.isNull else { return nil }
        guard let field = Field(field: value) else { throw WireError(field: name) }
        return field
    }
}
