internal import HTTPMessages

/// The routes with the middleware already wrapped around each, so that a request costs one walk and one call.
struct Dispatcher: Sendable {
    private let router: Router
    private let handlers: [HTTPHandler]
    private let unmatched: HTTPHandler

    struct Target {
        let handler: HTTPHandler
        let bodyBytesMax: Int
    }

    init(router: Router, middleware: [any HTTPMiddleware]) {
        self.router = router
        handlers = router.routes.map { Self.wrap($0.handler, for: $0, middleware) }
        unmatched = Self.wrap({ try Self.refuse($0) }, for: nil, middleware)
    }

    /// The first middleware is the outermost.
    private static func wrap(
        _ handler: @escaping HTTPHandler, for route: Route?, _ middleware: [any HTTPMiddleware]
    ) -> HTTPHandler {
        middleware.reversed().reduce(handler) { next, layer in
            { try await layer.respond(to: $0, route: route, next: next) }
        }
    }

    /// Matches the request and completes it with what the match says.
    func target(for request: inout HTTPRequest) -> Target {
        switch router.match(request.head.method, request.head.path) {
        case .route(let index, let parameters):
            let route = router.routes[index]
            request.parameters = parameters
            request.context.routeTemplate = route.template
            request.context.routeIndex = index
            return Target(handler: handlers[index], bodyBytesMax: route.bodyBytesMax)
        case .notFound:
            break
        case .methodNotAllowed(let methods), .options(let methods):
            request.context.allowedMethods = methods
        case .malformedPath:
            request.context.isPathMalformed = true
        }
        return Target(handler: unmatched, bodyBytesMax: 1_048_576)
    }

    /// What `OPTIONS *` says about the server as a whole.
    private static let usualMethods: [HTTPMethod] = [.get, .head, .options, .post, .put, .patch, .delete]

    /// The innermost answer for requests without a route.
    private static func refuse(_ request: HTTPRequest) throws -> HTTPResponse {
        if request.context.isPathMalformed {
            throw Problem.badRequest(code: "malformed_path", detail: "The path is not percent-encoded UTF-8.")
        }
        let allowed = request.context.allowedMethods
        if request.method == .options, !allowed.isEmpty || request.path == "*" {
            let methods = allowed.isEmpty ? Self.usualMethods : allowed
            var response = HTTPResponse.empty(.noContent)
            response.fields.append(.allow, methods.map(\.rawValue).joined(separator: ", "))
            return response
        }
        throw allowed.isEmpty ? Problem.notFound() : Problem.methodNotAllowed(allow: allowed)
    }
}
