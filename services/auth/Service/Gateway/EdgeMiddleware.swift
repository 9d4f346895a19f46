import HTTPMessages
import HTTPServer

/// Around every answer that leaves the house: security fields, CORS, preflights.
struct EdgeMiddleware: HTTPMiddleware {
    let cors: CORSPolicy
    let edge: Edge

    func respond(to request: HTTPRequest, route: Route?, next: HTTPHandler) async throws -> HTTPResponse {
        if CORSPolicy.isPreflight(request) { return cors.preflightResponse(to: request) }
        do {
            var response = try await next(request)
            addFields(for: request, to: &response.fields)
            return response
        } catch var problem as Problem {
            addFields(for: request, to: &problem.headers)
            throw problem
        }
    }

    private func addFields(for request: HTTPRequest, to fields: inout HTTPFields) {
        cors.addFields(for: request, to: &fields)
        if !fields.contains(.xContentTypeOptions) { fields.append(.xContentTypeOptions, "nosniff") }
        if !fields.contains(.referrerPolicy) { fields.append(.referrerPolicy, "no-referrer") }
        // Pages bring their own; everything else is data, which may neither run nor be framed.
        if !fields.contains(.contentSecurityPolicy) {
            fields.append(.contentSecurityPolicy, "default-src 'none'; frame-ancestors 'none'")
        }
        if !fields.contains(.xFrameOptions) { fields.append(.xFrameOptions, "DENY") }
        if edge.isSecure(request) {
            fields.set(.strictTransportSecurity, "max-age=31536000; includeSubDomains")
        }
    }
}
