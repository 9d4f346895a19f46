import Contracts
import HTTPMessages
package import HTTPServer
package import JSONCoding
import Tokens

/// The OpenAPI 3.1 document of a service, made from the very routes it serves, so that it cannot go stale.
package enum OpenAPIDocument {
    /// `#/components/schemas/Problem`, the body of every error (RFC 9457 with Lectern's members).
    static let problemReference = JSONSchema.reference("#/components/schemas/Problem")

    /// - Parameters:
    ///   - title: The document's title, such as `Lectern ingest`.
    ///   - routes: Routes whose `info` is an `Operation`; others and `/internal/*` are left out.
    package static func make(title: String, routes: [Route]) -> JSONValue {
        var paths = JSONObject()
        for route in routes {
            guard let operation = route.info as? Operation, let method = route.method,
                !route.template.hasPrefix("/internal/")
            else { continue }
            let name = method.rawValue.lowercased()
            // A last part that stands for all that follows has no other name in OpenAPI.
            let template = route.template.replacing("...}", with: "}")
            var path = paths[template]?.object ?? JSONObject()
            path[name] = describe(template, name, operation)
            paths[template] = .object(path)
        }
        return [
            "openapi": "3.1.0",
            "info": ["title": .string(title), "version": "1.0.0"],
            "paths": .object(paths),
            "components": [
                "schemas": ["Problem": problemSchema.json],
                "securitySchemes": [
                    "bearer": ["type": "http", "scheme": "bearer", "bearerFormat": "JWT"],
                    "api_key": ["type": "apiKey", "in": "header", "name": "X-API-Key"],
                ],
            ],
        ]
    }

    private static func describe(_ template: String, _ method: String, _ operation: Operation) -> JSONValue {
        var description: JSONObject = [
            "operationId": .string(operationID(method, template)),
            "summary": .string(operation.summary),
        ]
        let parameters = pathParameters(of: template) + operation.parameters.map(describe)
        if !parameters.isEmpty { description["parameters"] = .array(parameters) }
        if let body = operation.body {
            description["requestBody"] = [
                "required": true, "content": .object([body.contentType: ["schema": body.schema.json]]),
            ]
        }
        description["responses"] = responses(of: operation)
        switch operation.access {
        case .open: description["security"] = []
        case .visitor: description["security"] = [[:], ["bearer": []]]
        case .user, .role, .service: description["security"] = [["bearer": []]]
        // Since OpenAPI 3.1 any scheme may name what it needs, not only OAuth.
        case .machine(let scope, or: _):
            description["security"] = security([scope])
        case .machineOfAny(let scopes, or: _):
            description["security"] = security(scopes)
        }
        return .object(description)
    }

    private static func security(_ scopes: [Scope]) -> JSONValue {
        .array(scopes.map { ["api_key": [.string($0.rawValue)]] } + [["bearer": []]])
    }

    private static func operationID(_ method: String, _ template: String) -> String {
        let words = template.split { !$0.isLetter && !$0.isNumber }
        return ([method] + words.map(String.init)).joined(separator: "_")
    }

    private static func pathParameters(of template: String) -> [JSONValue] {
        template.split(separator: "/").compactMap { segment -> JSONValue? in
            guard segment.hasPrefix("{"), segment.hasSuffix("}") else { return nil }
            return [
                "name": .string(String(segment.dropFirst().dropLast())), "in": "path", "required": true,
                "schema": ["type": "string"],
            ]
        }
    }

    private static func describe(_ parameter: Operation.Parameter) -> JSONValue {
        [
            "name": .string(parameter.name), "in": .string(parameter.place.rawValue),
            "required": .bool(parameter.isRequired), "description": .string(parameter.description),
            "schema": parameter.schema.json,
        ]
    }

    /// The declared answers, plus the problems that follow from the kind of route.
    private static func responses(of operation: Operation) -> JSONValue {
        var answers = operation.answers
        func add(_ status: Int, _ description: String) {
            if !answers.contains(where: { $0.status == status }) { answers.append(.problem(status, description)) }
        }
        if operation.access != .open {
            add(401, "No token or key, or one that is wrong or expired")
            switch operation.access {
            case .role: add(403, "The role is not enough")
            case .machineOfAny(let scopes, or: let role):
                let names = scopes.map(\.rawValue).joined(separator: " or ")
                add(403, "The key has not the scope \(names), or the user not the role \(role.rawValue)")
            case .machine(let scope, or: let role):
                add(403, "The key has not the scope \(scope.rawValue), or the user not the role \(role.rawValue)")
            case .open, .visitor, .user, .service: break
            }
        }
        switch operation.access {
        case .machine, .machineOfAny: add(400, "Malformed, or with both a token and a key")
        case .open, .visitor, .user, .role, .service: break
        }
        if operation.isIdempotent {
            add(400, "Malformed, or the Idempotency-Key is")
            add(409, "The first request with this Idempotency-Key is still running")
            add(422, "The Idempotency-Key was used with another request")
        }
        if operation.parameters.contains(where: { $0.place == .query }) {
            add(422, "Parameters are invalid; `errors` names each")
        }
        if let body = operation.body {
            add(400, "The body is not well-formed")
            add(413, "The body is larger than \(operation.bodyBytesMax) bytes")
            add(415, "The body is not \(body.contentType)")
            add(422, "Fields are missing or invalid; `errors` names each")
        }
        add(503, "A dependency is down; `Retry-After` says when to try again")
        var object = JSONObject()
        for answer in answers {
            var description: JSONObject = ["description": .string(answer.description)]
            if let contentType = answer.contentType {
                description["content"] = .object([contentType: answer.schema.map { ["schema": $0.json] } ?? [:]])
            }
            object[String(answer.status)] = .object(description)
        }
        return .object(object)
    }

    private static let problemSchema = JSONSchema.object(
        [
            ("type", .string()), ("title", .string()), ("status", .integer()), ("detail", .string()),
            ("instance", .string()), ("status_code", .integer()), ("code", .string()), ("request_id", .string()),
            (
                "errors",
                .array(of: .object([("field", .string()), ("message", .string())], required: ["field", "message"]))
            ),
            ("retry_after", .integer()),
        ],
        required: ["type", "title", "status", "status_code", "code"])
}
