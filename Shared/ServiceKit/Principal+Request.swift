import HTTPMessages
package import HTTPServer
package import Platform
package import Tokens

private enum PrincipalKey: ContextKey {
    typealias Value = Principal
}

extension HTTPRequest {
    /// Who called, when a token was presented and checked.
    package var principal: Principal? { context[PrincipalKey.self] }

    mutating func setPrincipal(_ principal: Principal) {
        context[PrincipalKey.self] = principal
    }

    /// The signed-in user's claims.
    ///
    /// - Throws: a 401 problem when the caller is not a user; does not happen behind `Access.user`.
    package var user: AccessClaims {
        get throws {
            guard case .user(let claims) = principal else { throw Problem.unauthorized() }
            return claims
        }
    }

    /// The path parameter `name` as an identifier.
    ///
    /// - Throws: a 404 problem when it is no UUID: nothing can have that id.
    package func identifier(_ name: String = "id") throws -> Identifier {
        guard let text = parameters[name], let identifier = Identifier(text) else { throw Problem.notFound() }
        return identifier
    }
}
