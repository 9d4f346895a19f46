package import Contracts
import HTTPClient
import HTTPMessages
package import HTTPServer
package import JSONCoding
import Tokens

/// Calls `/internal/*` paths of another service, with a token made for it and the caller's trace.
package struct PeerClient: Sendable {
    /// Answers larger than this are refused.
    package static let responseBytesMax = 64 << 20
    /// The code of the problem that is thrown when nobody is there, such as while the peer is restarted.
    package static let unreachableCode = "peer_unreachable"

    private let caller: ServiceName
    private let callee: ServiceName
    private let baseURL: String
    private let client: HTTPClient
    private let tokens: ServiceToken

    package init(to callee: ServiceName, on foundation: ServiceFoundation) {
        caller = foundation.basics.service
        self.callee = callee
        baseURL = foundation.basics.url(of: callee)
        client = foundation.client
        tokens = foundation.serviceTokens
    }

    /// Posts `body` to `path` and gives the answer's JSON.
    ///
    /// - Parameters:
    ///   - request: The request being answered, for its request id and trace; nil for work without one.
    ///   - timeout: For the whole call, retries of lost connections included.
    /// - Throws: the peer's 404, 409, 410, 413 and 422 as they are, a 503 problem when it is down, slow or wrong.
    package func post(
        _ path: String, _ body: JSONValue, for request: HTTPRequest?, timeout: Duration = .seconds(10)
    ) async throws -> JSONValue {
        try await call(.post, path, body, request, timeout)
    }

    /// Posts `body` to `path` and gives the answer's bytes, whatever they are; otherwise like `post`.
    package func postForBytes(
        _ path: String, _ body: JSONValue, for request: HTTPRequest?, timeout: Duration = .seconds(10)
    ) async throws -> [UInt8] {
        let response = try await send(.post, path, body, request, timeout)
        guard response.isSuccess else {
            throw problem(response.status, (try? JSONValue(parsing: response.body)) ?? .null)
        }
        return response.body
    }

    /// Gets the JSON at `path`; otherwise like `post`.
    package func get(
        _ path: String, for request: HTTPRequest?, timeout: Duration = .seconds(10)
    ) async throws -> JSONValue {
        try await call(.get, path, nil, request, timeout)
    }

    private func call(
        _ method: HTTPMethod, _ path: String, _ body: JSONValue?, _ request: HTTPRequest?, _ timeout: Duration
    ) async throws -> JSONValue {
        let response = try await send(method, path, body, request, timeout)
        guard let value = try? JSONValue(parsing: response.body) else {
            throw Problem.unavailable(retryAfter: 2, "\(callee.rawValue) gave no usable answer")
        }
        guard response.isSuccess else { throw problem(response.status, value) }
        return value
    }

    private func send(
        _ method: HTTPMethod, _ path: String, _ body: JSONValue?, _ request: HTTPRequest?, _ timeout: Duration
    ) async throws -> HTTPClientResponse {
        var fields: HTTPFields = [
            .authorization: "Bearer \(tokens.make(caller: caller.rawValue, callee: callee.rawValue))"
        ]
        if body != nil { fields.append(.contentType, "application/json") }
        if let request {
            fields.append("X-Request-Id", request.context.requestID)
            fields.append("traceparent", request.context.trace.child().description)
        }
        let outgoing = HTTPClientRequest(
            method, baseURL + path, fields: fields, body: body.map { .bytes($0.serialized()) } ?? .none,
            // The caller's limit alone: a model may think for longer than a minute before its first byte.
            timeouts: HTTPClientRequest.Timeouts(
                connect: .seconds(2), firstByte: timeout, idle: timeout, total: timeout),
            // Internal calls are idempotent by contract, so a lost connection may be tried again.
            retry: .always, responseBytesMax: Self.responseBytesMax, peer: callee.rawValue)
        do {
            return try await client.send(outgoing)
        } catch {
            if error.code == .cancelled { throw CancellationError() }
            guard error.isConnectionFailure else {
                throw Problem.unavailable(retryAfter: 2, "\(callee.rawValue) does not answer in time")
            }
            throw Problem.unavailable(
                retryAfter: 2, "\(callee.rawValue) cannot be reached", code: Self.unreachableCode)
        }
    }

    private func problem(_ status: HTTPStatus, _ value: JSONValue) -> Problem {
        switch status.code {
        case 404: .notFound()
        case 409, 410, 413, 422:
            Problem(
                status: status, code: value["code"]?.string ?? "refused", detail: value["detail"]?.string ?? "",
                errors: (value["errors"]?.array ?? []).compactMap { error in
                    guard let field = error["field"]?.string, let message = error["message"]?.string else { return nil }
                    return FieldProblem(field: field, message: message)
                })
        default: .unavailable(retryAfter: 2, "\(callee.rawValue) cannot answer")
        }
    }
}
