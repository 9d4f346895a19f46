package import JSONCoding

/// What shape a model's answer must have, as model servers take it.
package struct ResponseSchema: Sendable, Hashable {
    /// At most 64 letters, digits, `_` and `-`.
    package let name: String
    /// JSON Schema 2020-12.
    package let json: JSONValue

    package init(_ schema: JSONSchema, name: String = "answer") {
        self.name = name
        json = schema.json
    }

    /// OpenAI's strict subset: every property is required (those that are not may be null), nothing else is allowed, and
    /// lengths are not known.
    var strict: JSONValue { Self.strict(json) }

    /// Gemini's `responseSchema`, a subset of OpenAPI 3.0: types in capitals, `nullable`, `propertyOrdering`.
    var openAPISubset: JSONValue { Self.openAPISubset(json) }

    private static func strict(_ schema: JSONValue) -> JSONValue {
        guard var object = schema.object else { return schema }
        for word in ["minLength", "maxLength", "examples", "format", "pattern"] { object[word] = nil }
        if let items = object["items"] { object["items"] = strict(items) }
        if let choices = object["anyOf"]?.array { object["anyOf"] = .array(choices.map(strict)) }
        if let properties = object["properties"]?.object {
            let required = (object["required"]?.array ?? []).compactMap(\.string)
            object["properties"] = .object(
                JSONObject(
                    properties.members.map { name, value in
                        let own = strict(value)
                        let isNullable = required.contains(name) || own["anyOf"] != nil
                        return (name, isNullable ? own : ["anyOf": [own, ["type": "null"]]])
                    }))
            object["required"] = .array(properties.keys.map { .string($0) })
            object["additionalProperties"] = false
        }
        return .object(object)
    }

    private static func openAPISubset(_ schema: JSONValue) -> JSONValue {
        if let choices = schema["anyOf"]?.array, let own = choices.first(where: { $0["type"]?.string != "null" }) {
            var object = openAPISubset(own).object ?? [:]
            object["nullable"] = true
            if let words = schema["description"] { object["description"] = words }
            return .object(object)
        }
        var object: JSONObject = [:]
        if let type = schema["type"]?.string { object["type"] = .string(type.uppercased()) }
        for word in ["description", "enum", "minimum", "maximum", "required"] { object[word] = schema[word] }
        // Whole numbers in JSON, but texts in this schema language (int64 fields of protocol buffers).
        for word in ["minItems", "maxItems"] {
            if let count = schema[word]?.integer { object[word] = .string("\(count)") }
        }
        if let items = schema["items"] { object["items"] = openAPISubset(items) }
        if let properties = schema["properties"]?.object {
            object["properties"] = .object(JSONObject(properties.members.map { ($0.name, openAPISubset($0.value)) }))
            object["propertyOrdering"] = .array(properties.keys.map { .string($0) })
        }
        return .object(object)
    }
}
