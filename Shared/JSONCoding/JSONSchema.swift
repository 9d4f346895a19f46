/// What a JSON value must look like. One description serves two ends: request bodies are checked against it, naming every
/// bad field at once, and the OpenAPI document shows it (JSON Schema 2020-12, the part of it that is used here).
package struct JSONSchema: Sendable {
    indirect enum Kind: Sendable {
        case any
        case string(minLength: Int, maxLength: Int?, format: TextFormat?, allowed: [String])
        case integer(min: Int64?, max: Int64?)
        case number(min: Double?, max: Double?)
        case boolean
        case array(of: JSONSchema, minItems: Int, maxItems: Int?)
        case object(properties: [(name: String, schema: JSONSchema)], required: Set<String>)
        case nullable(JSONSchema)
        case reference(String)
    }

    let kind: Kind
    var description: String?
    var example: JSONValue?

    private init(_ kind: Kind) {
        self.kind = kind
    }

    /// Anything at all.
    package static let any = JSONSchema(.any)
    package static let boolean = JSONSchema(.boolean)
    /// A UUID in text form.
    package static let identifier = JSONSchema.string(format: .uuid)
    /// A moment in RFC 3339.
    package static let timestamp = JSONSchema.string(format: .dateTime)

    /// A text. Lengths are counted in Unicode scalars, as JSON Schema does.
    ///
    /// - Parameter allowed: The only texts allowed; empty for any.
    package static func string(
        minLength: Int = 0, maxLength: Int? = nil, format: TextFormat? = nil, allowed: [String] = []
    ) -> JSONSchema {
        JSONSchema(.string(minLength: minLength, maxLength: maxLength, format: format, allowed: allowed))
    }

    package static func integer(min: Int64? = nil, max: Int64? = nil) -> JSONSchema {
        JSONSchema(.integer(min: min, max: max))
    }

    package static func number(min: Double? = nil, max: Double? = nil) -> JSONSchema {
        JSONSchema(.number(min: min, max: max))
    }

    package static func array(of element: JSONSchema, minItems: Int = 0, maxItems: Int? = nil) -> JSONSchema {
        JSONSchema(.array(of: element, minItems: minItems, maxItems: maxItems))
    }

    /// An object; members that are not named are allowed and ignored.
    package static func object(_ properties: [(String, JSONSchema)], required: [String] = []) -> JSONSchema {
        JSONSchema(.object(properties: properties.map { (name: $0.0, schema: $0.1) }, required: Set(required)))
    }

    /// `schema`, or null.
    package static func nullable(_ schema: JSONSchema) -> JSONSchema {
        JSONSchema(.nullable(schema))
    }

    /// A schema that stands elsewhere in the document; takes part in no validation.
    package static func reference(_ pointer: String) -> JSONSchema {
        JSONSchema(.reference(pointer))
    }

    /// A copy with a sentence on what the value means.
    package func described(_ text: String) -> JSONSchema {
        var copy = self
        copy.description = text
        return copy
    }

    /// A copy with an example.
    package func example(_ value: JSONValue) -> JSONSchema {
        var copy = self
        copy.example = value
        return copy
    }
}

/// What is wrong with one field of a request.
package struct FieldProblem: Sendable, Hashable {
    /// Where: names joined by dots, indexes in brackets, such as `options.pages[2]`; empty for the whole body.
    package var field: String
    /// What is wrong, in words for a person.
    package var message: String

    package init(field: String, message: String) {
        self.field = field
        self.message = message
    }
}
