import HTTPMessages
import HTTPServer
import JSONCoding
import Metrics
import Platform
import ServiceKit
import Tokens

/// The routes under `/auth`, and the keys at `/.well-known/jwks.json`.
struct AuthRoutes: Sendable {
    let accounts: Accounts
    let keys: APIKeys
    let tokens: SessionTokens
    let edge: Edge
    let metrics: AuthMetrics

    /// Requests of auth are small.
    static let bodyBytesMax = 65_536

    func add(to api: inout API) {
        addSignIn(to: &api)
        addProfile(to: &api)
        addSessions(to: &api)
        addAdministration(to: &api)
        addKeys(to: &api)
    }

    private func addSignIn(to api: inout API) {
        let granted = Operation.Answer.json(200, "Signed in", AuthSchemas.signedIn)
        api.post(
            "/auth/register", access: .open, summary: "Make an account and sign in",
            body: .json(AuthSchemas.registration),
            answers: [
                .json(201, "The account was made", AuthSchemas.signedIn), .problem(403, "Registration is closed"),
                .problem(409, "Name or address are taken"),
            ], bodyBytesMax: Self.bodyBytesMax, handler: answering(register))
        api.post(
            "/auth/login", access: .open, summary: "Sign in with a name or an email address",
            body: .json(AuthSchemas.login),
            answers: [
                granted, .problem(401, "Name or password are wrong"), .problem(403, "The account has been shut"),
                .problem(429, "Too many wrong passwords"),
            ], bodyBytesMax: Self.bodyBytesMax, handler: answering(login))
        api.post(
            "/auth/refresh", access: .open, summary: "Trade a refresh token for new tokens",
            body: .json(AuthSchemas.refresh), answers: [granted, .problem(401, "The refresh token is not good")],
            bodyBytesMax: Self.bodyBytesMax, handler: answering(refresh))
        api.post(
            "/auth/logout", access: .open,
            summary: "End the session of the refresh token in the body, or of the access token without one",
            body: .json(AuthSchemas.logout),
            answers: [.empty(204, "Signed out"), .problem(401, "Neither token says which session to end")],
            bodyBytesMax: Self.bodyBytesMax, handler: answering(logout))
        api.post(
            "/auth/logout-all", access: .user, summary: "End all sessions of the user",
            answers: [.empty(204, "Signed out everywhere")], bodyBytesMax: Self.bodyBytesMax,
            handler: answering(logoutAll))
        api.get(
            "/.well-known/jwks.json", access: .open, summary: "The public keys that access tokens are verified with",
            answers: [.json(200, "A JSON Web Key Set (RFC 7517)", AuthSchemas.keySet)]
        ) { [accounts] _ in
            var response = HTTPResponse.json(accounts.keyring.published.json)
            response.fields.set(.cacheControl, "public, max-age=60")
            return response
        }
    }

    // MARK: Signing in and out

    private func register(_ request: HTTPRequest) async throws -> HTTPResponse {
        let body = try await request.json(.object([]), bytesMax: Self.bodyBytesMax)
        let problems = AuthSchemas.registration.validate(body)
        // A field that has the wrong type or length is named by the schema; the others are looked at all the same.
        func text(_ field: String) -> String? {
            problems.contains { $0.field == field } ? nil : body[field]?.string
        }
        let signedIn = try await accounts.register(
            username: text("username"), email: text("email"), password: text("password"), problems: problems,
            from: edge.origin(of: request))
        metrics.registrations.add()
        return tokensResponse(signedIn, status: .created)
    }

    private func login(_ request: HTTPRequest) async throws -> HTTPResponse {
        let body = try await request.json(AuthSchemas.login, bytesMax: Self.bodyBytesMax)
        do {
            let signedIn = try await accounts.signIn(
                login: try body.text("username"), password: try body.text("password"), from: edge.origin(of: request))
            metrics.logins.add()
            return tokensResponse(signedIn)
        } catch let error as AccountError {
            metrics.count(loginError: error)
            throw error
        }
    }

    private func refresh(_ request: HTTPRequest) async throws -> HTTPResponse {
        let body = try await request.json(AuthSchemas.refresh, bytesMax: Self.bodyBytesMax)
        let signedIn = try await accounts.refresh(try body.text("refresh_token"), from: edge.origin(of: request))
        return tokensResponse(signedIn)
    }

    private func logout(_ request: HTTPRequest) async throws -> HTTPResponse {
        let origin = edge.origin(of: request)
        let isBare = request.body.isEmpty
        let body = isBare ? [:] : try await request.json(AuthSchemas.logout, bytesMax: Self.bodyBytesMax)
        if let token = body["refresh_token"]?.string {
            try await accounts.endSession(of: token, from: origin)
        } else {
            let claims = try await tokens.verify(try Bearer.token(of: request))
            try await accounts.endSession(claims.sessionID, of: claims.subject, as: .logout, from: origin)
        }
        return .empty(.noContent)
    }

    private func logoutAll(_ request: HTTPRequest) async throws -> HTTPResponse {
        try await accounts.endAllSessions(of: try request.user.subject, from: edge.origin(of: request))
        return .empty(.noContent)
    }

    /// An answer with tokens must not be kept by anybody on the way (RFC 6749 section 5.1).
    func tokensResponse(_ signedIn: Accounts.SignedIn, status: HTTPStatus = .ok) -> HTTPResponse {
        var response = HTTPResponse.json(signedIn.json, status: status)
        response.fields.set(.cacheControl, "no-store")
        return response
    }
}

extension JSONValue {
    /// A member that the schema has made sure is a text.
    func text(_ name: String) throws -> String {
        guard let text = self[name]?.string else {
            throw Problem.unprocessable([FieldProblem(field: name, message: "must be a string")])
        }
        return text
    }
}
