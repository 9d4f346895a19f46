package import JSONCoding

/// An error as a client sees it: a problem document (RFC 9457) with the members all services promise.
///
/// `detail` is shown to people outside: never put a path, a query, a token or an internal error's text into it.
package struct Problem: Error, Sendable, Hashable {
    package var status: HTTPStatus
    /// A stable word that programs decide by, such as `session_expired`.
    package var code: String
    /// The kind of problem in a few words; the same for every problem with the same `code`.
    package var title: String
    /// What happened this time, for a person.
    package var detail: String?
    /// Every bad field of the request.
    package var errors: [FieldProblem]
    /// Fields the answer must carry, such as `Retry-After`.
    package var headers: HTTPFields
    /// More members of the document. They cannot replace the members named above.
    package var extra: JSONObject

    package init(
        status: HTTPStatus, code: String, title: String? = nil, detail: String? = nil, errors: [FieldProblem] = [],
        headers: HTTPFields = [:], extra: JSONObject = [:]
    ) {
        self.status = status
        self.code = code
        self.title = title ?? (status.reason.isEmpty ? "Error" : status.reason)
        self.detail = detail
        self.errors = errors
        self.headers = headers
        self.extra = extra
    }

    /// The media type of the document.
    package static let contentType = "application/problem+json"

    /// The document.
    ///
    /// - Parameters:
    ///   - requestID: The `X-Request-Id` of the request.
    ///   - instance: The path of the request, without its query, which may hold what should not be repeated.
    package func json(requestID: String, instance: String? = nil) -> JSONValue {
        var document: JSONObject = [
            "type": "about:blank", "title": .string(title), "status": .integer(Int64(status.code)),
        ]
        // Promised in every document; where there is nothing to add to the title, the title stands here, too.
        document["detail"] = .string(detail ?? title)
        if let instance { document["instance"] = .string(instance) }
        document["status_code"] = .integer(Int64(status.code))
        document["code"] = .string(code)
        document["request_id"] = .string(requestID)
        if !errors.isEmpty {
            document["errors"] = .array(
                errors.map { ["field": .string($0.field), "message": .string($0.message)] })
        }
        extra.forEach { name, value in
            if document[name] == nil { document[name] = value }
        }
        return .object(document)
    }
}

extension Problem {
    /// 400: the request is malformed.
    package static func badRequest(code: String = "bad_request", detail: String? = nil) -> Problem {
        Problem(status: .badRequest, code: code, detail: detail)
    }

    /// 401: no credentials, or bad ones. `challenge` is the value of `WWW-Authenticate`, which every 401 carries.
    package static func unauthorized(
        code: String = "unauthorized", _ detail: String? = "Valid credentials are needed.", challenge: String = "Bearer"
    ) -> Problem {
        Problem(status: .unauthorized, code: code, detail: detail, headers: [.wwwAuthenticate: challenge])
    }

    /// 403: known, but not allowed.
    package static func forbidden(_ detail: String? = nil, code: String = "forbidden") -> Problem {
        Problem(status: .forbidden, code: code, detail: detail)
    }

    /// 404: unknown, or not the caller's; the answer does not tell which.
    package static func notFound(_ detail: String? = nil, code: String = "not_found") -> Problem {
        Problem(status: .notFound, code: code, detail: detail)
    }

    /// 405: the path exists, the method does not.
    package static func methodNotAllowed(allow: [HTTPMethod]) -> Problem {
        let names = allow.map(\.rawValue).joined(separator: ", ")
        return Problem(
            status: .methodNotAllowed, code: "method_not_allowed", detail: "Allowed: \(names).",
            headers: [.allow: names])
    }

    /// 409: the state of things does not permit it.
    package static func conflict(code: String = "conflict", _ detail: String? = nil) -> Problem {
        Problem(status: .conflict, code: code, detail: detail)
    }

    /// 410: it was there and will not come back.
    package static func gone(code: String = "gone", _ detail: String? = nil) -> Problem {
        Problem(status: .gone, code: code, detail: detail)
    }

    /// 411: a body needs its length.
    package static func lengthRequired() -> Problem {
        Problem(status: .lengthRequired, code: "length_required")
    }

    /// 413: the body is larger than allowed.
    package static func tooLarge(_ detail: String? = nil) -> Problem {
        Problem(status: .contentTooLarge, code: "too_large", detail: detail)
    }

    /// 415: the body is of a type that is not taken here.
    package static func unsupportedMediaType(_ detail: String? = nil) -> Problem {
        Problem(status: .unsupportedMediaType, code: "unsupported_media_type", detail: detail)
    }

    /// 422: well-formed, but these fields are not valid.
    package static func unprocessable(_ errors: [FieldProblem], code: String = "validation_failed") -> Problem {
        let detail = errors.count == 1 ? "One field is not valid." : "\(errors.count) fields are not valid."
        return Problem(status: .unprocessableContent, code: code, detail: detail, errors: errors)
    }

    /// 429: nothing is left of the quota; the client may try again after so many seconds.
    package static func tooManyRequests(
        _ quota: RequestQuota, retryAfter seconds: Int, _ detail: String? = "Too many requests.",
        code: String = "rate_limited"
    ) -> Problem {
        var problem = Problem(status: .tooManyRequests, code: code, detail: detail).retryable(after: seconds)
        problem.headers.set(.rateLimitPolicy, quota.policyField)
        problem.headers.set(.rateLimit, quota.stateField(remaining: 0, seconds: max(0, seconds)))
        return problem
    }

    /// 500: our fault; says nothing about it.
    package static func internalError() -> Problem {
        Problem(
            status: .internalServerError, code: "internal_error",
            detail: "Something went wrong. Quote the request id when you report it.")
    }

    /// 502: a service behind this one broke the protocol or cannot be reached.
    package static func badGateway(code: String = "bad_gateway", _ detail: String? = nil) -> Problem {
        Problem(status: .badGateway, code: code, detail: detail)
    }

    /// 503: a dependency is down; the client may try again after so many seconds.
    package static func unavailable(
        retryAfter seconds: Int, _ detail: String? = nil, code: String = "unavailable"
    ) -> Problem {
        Problem(status: .serviceUnavailable, code: code, detail: detail).retryable(after: seconds)
    }

    /// 504: a service behind this one did not answer in time.
    package static func gatewayTimeout(code: String = "gateway_timeout", _ detail: String? = nil) -> Problem {
        Problem(status: .gatewayTimeout, code: code, detail: detail)
    }

    /// What a server answers to bytes that are not a request.
    package init(_ failure: HTTPParseFailure) {
        self.init(status: failure.status, code: Self.word(failure))
    }

    /// A copy that says, in the header and in the document, when to try again.
    private func retryable(after seconds: Int) -> Problem {
        var copy = self
        let seconds = max(0, seconds)
        copy.headers.set(.retryAfter, String(seconds))
        copy.extra["retry_after"] = .integer(Int64(seconds))
        return copy
    }

    private static func word(_ failure: HTTPParseFailure) -> String {
        switch failure.status {
        case .uriTooLong: "uri_too_long"
        case .fieldsTooLarge: "headers_too_large"
        case .contentTooLarge: "too_large"
        case .requestTimeout: "request_timeout"
        case .notImplemented: "transfer_coding_not_supported"
        case .versionNotSupported: "http_version_not_supported"
        default: "malformed_request"
        }
    }
}
