import HTTPMessages
import HTTPServer
import ServiceKit
import Tokens

/// Verifies access tokens at the edge: the signature, as every service does, and also that the session has not ended and
/// the role is still the user's. So signing out, a new password and a shut account hold at once for all that comes
/// through the gateway, not only when the token expires.
struct SessionTokens: TokenAuthority {
    let verifier: TokenVerifier
    let standings: SessionStandings

    /// - Throws: a 401 problem for every bad token alike.
    func verify(_ token: String) async throws -> AccessClaims {
        // Tokens of API keys are made here and go to the services behind; nobody comes in with one.
        guard let claims = try? verifier.verify(token), claims.grant == nil,
            let standing = try await standings.standing(of: claims.sessionID),
            standing.userID == claims.subject, standing.role == claims.role
        else { throw Problem.unauthorized() }
        return claims
    }
}

/// The `Authorization` field (RFC 6750 section 2.1).
enum Bearer {
    /// The token of a request.
    ///
    /// - Throws: a 401 problem when there is none, more than one, or another scheme.
    static func token(of request: HTTPRequest) throws -> String {
        let values = request.fields.all(.authorization)
        guard values.count == 1, let value = values.first else { throw Problem.unauthorized() }
        let words = value.split(separator: " ", maxSplits: 1)
        guard words.count == 2, words[0].lowercased() == "bearer" else { throw Problem.unauthorized() }
        return String(words[1])
    }
}
