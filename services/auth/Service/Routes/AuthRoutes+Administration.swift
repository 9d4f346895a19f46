import HTTPMessages
import HTTPServer
import JSONCoding
import Platform
import ServiceKit
import Tokens

extension AuthRoutes {
    func addAdministration(to api: inout API) {
        api.get(
            "/auth/users", access: .role(.admin), summary: "All accounts, newest first", parameters: PageParameters.all,
            answers: [.json(200, "Users", .array(of: AuthSchemas.user))],
            handler: answering { [accounts] request in
                let page = try PageRequest(request)
                let users = try await accounts.users(before: page.before, limit: page.fetchCount)
                return page.response(users, of: request, id: \.id, json: \.json)
            })
        api.get(
            "/auth/users/{id}", access: .role(.admin), summary: "One account",
            answers: [.json(200, "The user", AuthSchemas.user), .problem(404, "No such account")],
            handler: answering { [accounts] request in .json(try await accounts.user(try request.identifier()).json) })
        api.patch(
            "/auth/users/{id}", access: .role(.admin), summary: "Change the role, shut or open the account",
            body: .json(AuthSchemas.userChange),
            answers: [
                .json(200, "The changed user", AuthSchemas.user), .problem(404, "No such account"),
                .problem(409, "Nobody would be left to administrate"),
            ], handler: answering(changeUser))
    }

    private func changeUser(_ request: HTTPRequest) async throws -> HTTPResponse {
        let id = try request.identifier()
        let body = try await request.json(AuthSchemas.userChange, bytesMax: Self.bodyBytesMax)
        let user = try await accounts.changeUser(
            id, role: body["role"]?.string.flatMap { Role(rawValue: $0) }, isDisabled: body["disabled"]?.bool,
            by: try request.user.subject, from: edge.origin(of: request))
        return .json(user.json)
    }
}
