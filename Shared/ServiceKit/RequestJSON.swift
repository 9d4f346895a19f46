import HTTPMessages
package import HTTPServer
package import JSONCoding

extension HTTPRequest {
    /// The request's body, read, parsed and checked.
    ///
    /// - Parameters:
    ///   - schema: What the body must be; fields it does not name are ignored.
    ///   - bytesMax: The largest body accepted.
    /// - Throws: problems 415 (not JSON), 413 (too large), 400 (not well-formed) and 422 (every bad field named).
    package func json(
        _ schema: JSONSchema, bytesMax: Int = API.bodyBytesMaxDefault
    ) async throws -> JSONValue {
        if let text = fields.first(.contentType) {
            guard let type = MediaType(text), type.isJSON else {
                throw Problem.unsupportedMediaType("the body must be application/json, not \(text)")
            }
        }
        let bytes = try await body.collect(upTo: bytesMax)
        let value: JSONValue
        do {
            value = try JSONValue(parsing: bytes)
        } catch {
            throw Problem.badRequest(code: "malformed_json", detail: "the body is not JSON: \(error)")
        }
        let problems = schema.validate(value)
        guard problems.isEmpty else { throw Problem.unprocessable(problems) }
        return value
    }
}
