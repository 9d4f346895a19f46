import HTTPMessages
import HTTPServer

/// Which other sites' scripts may call (the Fetch standard's CORS protocol), by the allow-list `CORS_ORIGINS`.
struct CORSPolicy: Sendable {
    let origins: Set<String>

    /// Origins are compared in lowercase: scheme and host know no case.
    init(origins: [String]) {
        self.origins = Set(origins.map { $0.lowercased() })
    }

    func allows(_ origin: String) -> Bool {
        origins.contains(origin.lowercased())
    }

    /// Whether the request asks beforehand if another may follow.
    static func isPreflight(_ request: HTTPRequest) -> Bool {
        request.method == .options && request.fields.contains(.origin)
            && request.fields.contains(.accessControlRequestMethod)
    }

    /// The answer to a preflight: what may follow, or nothing for an origin that is not on the list.
    func preflightResponse(to request: HTTPRequest) -> HTTPResponse {
        var response = HTTPResponse.empty(.noContent)
        addFields(for: request, to: &response.fields)
        guard response.fields.contains(.accessControlAllowOrigin) else { return response }
        response.fields.set(.accessControlAllowMethods, "GET, HEAD, POST, PUT, PATCH, DELETE")
        response.fields.set(
            .accessControlAllowHeaders,
            "Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, Last-Event-ID, Prefer, Range, "
                + "X-API-Key, X-Request-Id, traceparent")
        response.fields.set(.accessControlMaxAge, "600")
        return response
    }

    /// What lets the browser hand the answer to the script.
    func addFields(for request: HTTPRequest, to fields: inout HTTPFields) {
        guard !origins.isEmpty else { return }
        // Caches must not serve one origin's answer to another.
        if !fields.contains(.vary, member: "origin") { fields.append(.vary, "Origin") }
        guard let origin = request.fields.first(.origin), allows(origin) else { return }
        fields.set(.accessControlAllowOrigin, origin)
        fields.set(.accessControlAllowCredentials, "true")
        fields.set(
            .accessControlExposeHeaders,
            "Content-Disposition, Content-Range, ETag, Link, Location, RateLimit, RateLimit-Policy, Retry-After, "
                + "X-Request-Id")
    }

    /// Browsers let any site open a WebSocket, with its cookies, and leave it to the server to look at the origin (RFC 6455
    /// section 10.2). Programs that send no origin are no browsers.
    ///
    /// - Throws: a 403 problem for an origin that is neither this site nor on the list.
    func requireTrustedOrigin(ofWebSocket request: HTTPRequest) throws {
        guard let origin = request.fields.first(.origin), !allows(origin) else { return }
        let authority = origin.split(separator: "/", omittingEmptySubsequences: true).last.map { $0.lowercased() }
        guard let host = request.fields.first(.host), authority == host.lowercased() else {
            throw Problem.forbidden("WebSockets of this origin are not accepted.", code: "origin_not_allowed")
        }
    }
}
