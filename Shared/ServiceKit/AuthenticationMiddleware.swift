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
            if request.fields.first(.authorization) != nil { request.setPrincipal(.user(try await user(of: request))) }
        case .user:
            request.setPrincipal(.user(try await user(of: request)))
        case .role(let minimum):
            request.setPrincipal(.user(try require(minimum, try await user(of: request))))
        case .machine(let scope, or: let minimum):
            request.setPrincipal(try await machine([scope], or: minimum, request))
        case .machineOfAny(let scopes, or: let minimum):
            request.setPrincipal(try await machine(scopes, or: minimum, request))
        case .service:
            let token = try bearerToken(of: request)
            guard let caller = try? services.verify(token, callee: service.rawValue) else {
                throw Problem.unauthorized()
            }
            request.setPrincipal(.service(caller))
        }
        return try await next(request)
    }

    private func machine(_ scopes: [Scope], or minimum: Role, _ request: HTTPRequest) async throws -> Principal {
        let claims = try await claims(of: request)
        guard let grant = claims.grant else { return .user(try require(minimum, claims)) }
        guard scopes.contains(where: grant.scopes.contains) else {
            let names = scopes.map(\.rawValue).joined(separator: " or ")
            throw Problem.forbidden("this needs a key with the scope \(names)", code: "scope_missing")
        }
        return .machine(grant)
    }

    /// The claims of a person. A machine's key is known but not allowed, wherever no scope is asked for.
    private func user(of request: HTTPRequest) async throws -> AccessClaims {
        let claims = try await claims(of: request)
        guard claims.grant == nil else {
            throw Problem.forbidden("an API key is not enough here; sign in", code: "user_required")
        }
        return claims
    }

    private func require(_ minimum: Role, _ claims: AccessClaims) throws -> AccessClaims {
        guard claims.role >= minimum else { throw Problem.forbidden("this needs the role \(minimum.rawValue)") }
        return claims
    }

    private func claims(of request: HTTPRequest) async throws -> AccessClaims {
        try await users.verify(try bearerToken(of: request))
    }

    private func bearerToken(of request: HTTPRequest) throws -> String {
        guard let text = request.fields.first(.authorization) else { throw Problem.unauthorized() }
        let words = text.split(separator: " ", maxSplits: 1)
        guard words.count == 2, words[0].lowercased() == "bearer" else { throw Problem.unauthorized() }
        return String(words[1])
    }
}
