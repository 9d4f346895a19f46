import HTTPMessages
import HTTPServer
import JSONCoding
import Platform
import ServiceKit
import Tokens

extension AuthRoutes {
    func addProfile(to api: inout API) {
        api.get(
            "/auth/me", access: .user, summary: "The signed-in user",
            answers: [.json(200, "The user", AuthSchemas.user)],
            handler: answering { [accounts] request in .json(try await accounts.user(try request.user.subject).json) })
        api.patch(
            "/auth/me", access: .user, summary: "Change the own name or address", body: .json(AuthSchemas.profile),
            answers: [.json(200, "The changed user", AuthSchemas.user), .problem(409, "Name or address are taken")],
            handler: answering(changeProfile))
        api.post(
            "/auth/password", access: .user,
            summary: "Change the own password; ends all sessions and starts one with the tokens in the answer",
            body: .json(AuthSchemas.passwordChange),
            answers: [
                .json(200, "The password was changed", AuthSchemas.signedIn),
                .problem(403, "The current password is wrong"), .problem(429, "Too many wrong passwords"),
            ], bodyBytesMax: Self.bodyBytesMax, handler: answering(changePassword))
    }

    private func changeProfile(_ request: HTTPRequest) async throws -> HTTPResponse {
        let body = try await request.json(AuthSchemas.profile, bytesMax: Self.bodyBytesMax)
        let user = try await accounts.changeProfile(
            of: try request.user.subject, username: body["username"]?.string, email: body["email"]?.string,
            from: edge.origin(of: request))
        return .json(user.json)
    }

    private func changePassword(_ request: HTTPRequest) async throws -> HTTPResponse {
        let body = try await request.json(AuthSchemas.passwordChange, bytesMax: Self.bodyBytesMax)
        let signedIn = try await accounts.changePassword(
            of: try request.user.subject, current: try body.text("current_password"),
            new: try body.text("new_password"), from: edge.origin(of: request))
        return tokensResponse(signedIn)
    }
}
