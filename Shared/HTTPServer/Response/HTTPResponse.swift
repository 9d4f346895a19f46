package import HTTPMessages
package import JSONCoding

/// An answer: status and fields now, the body now or later.
///
/// The server adds what belongs to the connection: Content-Length or Transfer-Encoding, Date, Connection and X-Request-Id.
package struct HTTPResponse: Sendable {
    package var status: HTTPStatus
    package var fields: HTTPFields
    package var body: HTTPResponseBody

    package init(status: HTTPStatus = .ok, fields: HTTPFields = HTTPFields(), body: HTTPResponseBody = .none) {
        self.status = status
        self.fields = fields
        self.body = body
    }

    /// A status without a body.
    package static func empty(_ status: HTTPStatus) -> HTTPResponse {
        HTTPResponse(status: status)
    }

    /// `application/json`.
    package static func json(_ value: JSONValue, status: HTTPStatus = .ok) -> HTTPResponse {
        bytes(value.serialized(), contentType: "application/json", status: status)
    }

    /// Text in UTF-8.
    package static func text(
        _ text: String, contentType: String = "text/plain; charset=utf-8", status: HTTPStatus = .ok
    ) -> HTTPResponse {
        bytes(Array(text.utf8), contentType: contentType, status: status)
    }

    /// Bytes of any type.
    package static func bytes(_ bytes: [UInt8], contentType: String, status: HTTPStatus = .ok) -> HTTPResponse {
        var fields = HTTPFields()
        fields.append(.contentType, contentType)
        return HTTPResponse(status: status, fields: fields, body: .bytes(bytes))
    }

    /// A body that `produce` writes piece by piece; it runs on the connection's loop and is cancelled when the client goes
    /// away. With `length` exactly that many bytes must be written, without it the body is chunked.
    package static func stream(
        status: HTTPStatus = .ok, contentType: String, length: Int64? = nil,
        _ produce: @escaping @Sendable (HTTPBodyWriter) async throws -> Void
    ) -> HTTPResponse {
        var fields = HTTPFields()
        fields.append(.contentType, contentType)
        return HTTPResponse(status: status, fields: fields, body: .stream(length: length, produce))
    }

    /// The answer that a problem stands for (`application/problem+json`, RFC 9457).
    package static func problem(_ problem: Problem, for request: HTTPRequest) -> HTTPResponse {
        let json = problem.json(requestID: request.context.requestID, instance: request.path)
        var response = bytes(json.serialized(), contentType: Problem.contentType, status: problem.status)
        for field in problem.headers { response.fields.append(field.name, field.value) }
        return response
    }
}
