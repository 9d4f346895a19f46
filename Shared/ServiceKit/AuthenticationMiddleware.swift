import Contracts
import HTTPMessages
import HTTPServer
import Tokens

/// Checks each route's `Access` before its handler runs, and makes the caller known as `request.principal`.
struct AuthenticationMiddleware: HTTPMiddleware {
    let service: ServiceName
    let users: any TokenAuthority
    let services: ServiceToken

    func respond(to request: HTTPRequest, route: Route?, next: HTTPHandler) async throws -> HTTPResponse {
        guard let operation = route?.info as? Operation, operation.access != .open else {
            return try await next(request)
        }
        var request = request
        switch operation.access {
        case .open:
            break
        case .visitor:
            if request.fields.first(.authorization) != nil { request.setPrincipal(try await user(of: request)) }
        case .user:
            request.setPrincipal(try await user(of: request))
        case .role(let minimum):
            let principal = try await user(of: request)
            guard case .user(let claims) = principal, claims.role >= minimum else {
                throw Problem.forbidden("this needs the role \(minimum.rawValue)")
            }
            request.setPrincipal(principal)
        case .service:
            let token = try bearerToken(of: request)
            guard let caller = try? services.verify(token, callee: service.rawValue) else {
                throw Problem.unauthorized()
            }
            request.setPrincipal(.service(caller))
        }
        return try await next(request)
    }

    private func user(of request: HTTPRequest) async throws -> Principal {
        .user(try await users.verify(try bearerToken(of: request)))
    }

    private func bearerToken(of request: HTTPRequest) throws -> String {
        guard let text = request.fields.first(.authorization) else { throw Problem.unauthorized() }
        let words = text.split(separator: " ", maxSplits: 1)
        guard words.count == 2, words[0].lowercased() == "bearer" else { throw Problem.unauthorized() }
        return String(words[1])
    }
}
