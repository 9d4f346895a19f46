extension JSONSchema {
    /// The schema as JSON Schema 2020-12, as OpenAPI 3.1 takes it.
    package var json: JSONValue {
        var object = members
        if let description { object["description"] = .string(description) }
        if let example { object["examples"] = [example] }
        return .object(object)
    }

    private var members: JSONObject {
        switch kind {
        case .any: return [:]
        case .boolean: return ["type": "boolean"]
        case .reference(let pointer): return ["$ref": .string(pointer)]
        case .nullable(let schema): return ["anyOf": [schema.json, ["type": "null"]]]
        case .string(let minLength, let maxLength, let format, let allowed):
            var object: JSONObject = ["type": "string"]
            if minLength > 0 { object["minLength"] = .integer(Int64(minLength)) }
            if let maxLength { object["maxLength"] = .integer(Int64(maxLength)) }
            switch format {
            // Not one of JSON Schema's formats, so it is said as a pattern.
            case .color: object["pattern"] = "^#[0-9A-Fa-f]{6}$"
            case let format?: object["format"] = .string(format.rawValue)
            case nil: break
            }
            if !allowed.isEmpty { object["enum"] = .array(allowed.map { .string($0) }) }
            return object
        case .integer(let min, let max):
            var object: JSONObject = ["type": "integer"]
            if let min { object["minimum"] = .integer(min) }
            if let max { object["maximum"] = .integer(max) }
            return object
        case .number(let min, let max):
            var object: JSONObject = ["type": "number"]
            if let min { object["minimum"] = .number(min) }
            if let max { object["maximum"] = .number(max) }
            return object
        case .array(let element, let minItems, let maxItems):
            var object: JSONObject = ["type": "array", "items": element.json]
            if minItems > 0 { object["minItems"] = .integer(Int64(minItems)) }
            if let maxItems { object["maxItems"] = .integer(Int64(maxItems)) }
            return object
        case .object(let properties, let required):
            var object: JSONObject = [
                "type": "object",
                "properties": .object(JSONObject(properties.map { ($0.name, $0.schema.json) })),
            ]
            let names = properties.map(\.name).filter(required.contains)
            if !names.isEmpty { object["required"] = .array(names.map { .string($0) }) }
            return object
        }
    }
}
