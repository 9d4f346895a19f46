import HTTPMessages
package import JSONCoding

/// What a route promises: the source of its access check and of its part of `/openapi.json`.
package struct Operation: Sendable {
    package var summary: String
    package var access: Access
    package var parameters: [Parameter]
    package var body: Body?
    package var answers: [Answer]
    /// The largest body the route accepts, in bytes.
    package var bodyBytesMax: Int
    /// Whether `Idempotency-Key` is honoured.
    package var isIdempotent = false

    /// A query parameter or request header. Path parameters come from the route's template.
    package struct Parameter: Sendable {
        package enum Place: String, Sendable { case query, header }
        package var name: String
        package var place: Place
        package var schema: JSONSchema
        package var isRequired: Bool
        package var description: String

        package static func query(
            _ name: String, _ schema: JSONSchema = .string(), required: Bool = false, _ description: String = ""
        ) -> Parameter {
            Parameter(name: name, place: .query, schema: schema, isRequired: required, description: description)
        }

        package static func header(
            _ name: String, _ schema: JSONSchema = .string(), required: Bool = false, _ description: String = ""
        ) -> Parameter {
            Parameter(name: name, place: .header, schema: schema, isRequired: required, description: description)
        }
    }

    /// What the request's body holds.
    package struct Body: Sendable {
        package var contentType: String
        package var schema: JSONSchema

        package static func json(_ schema: JSONSchema) -> Body { Body(contentType: "application/json", schema: schema) }
        package static func multipart(_ schema: JSONSchema) -> Body {
            Body(contentType: "multipart/form-data", schema: schema)
        }
    }

    /// One of the possible answers. Problems that every route shares are added by the document.
    package struct Answer: Sendable {
        package var status: Int
        package var description: String
        package var contentType: String?
        package var schema: JSONSchema?

        /// An answer with a JSON body.
        package static func json(_ status: Int, _ description: String, _ schema: JSONSchema = .any) -> Answer {
            Answer(status: status, description: description, contentType: "application/json", schema: schema)
        }
        /// An answer without a body.
        package static func empty(_ status: Int, _ description: String) -> Answer {
            Answer(status: status, description: description, contentType: nil, schema: nil)
        }
        /// An answer with a body of another type, such as an event stream or a file.
        package static func other(_ status: Int, _ description: String, contentType: String) -> Answer {
            Answer(status: status, description: description, contentType: contentType, schema: nil)
        }
        /// A problem document.
        package static func problem(_ status: Int, _ description: String) -> Answer {
            Answer(
                status: status, description: description, contentType: "application/problem+json",
                schema: OpenAPIDocument.problemReference)
        }
    }
}
