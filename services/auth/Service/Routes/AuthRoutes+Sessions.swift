import HTTPMessages
import HTTPServer
import JSONCoding
import Platform
import ServiceKit
import Tokens

extension AuthRoutes {
    func addSessions(to api: inout API) {
        api.get(
            "/auth/sessions", access: .user, summary: "Where the user is signed in, newest first",
            parameters: PageParameters.all, answers: [.json(200, "Sessions", .array(of: AuthSchemas.session))],
            handler: answering(listSessions))
        api.delete(
            "/auth/sessions", access: .user, summary: "End all sessions but the present one",
            answers: [.empty(204, "Ended")],
            handler: answering { [accounts, edge] request in
                let claims = try request.user
                try await accounts.endAllSessions(
                    of: claims.subject, except: claims.sessionID, from: edge.origin(of: request))
                return .empty(.noContent)
            })
        api.delete(
            "/auth/sessions/{id}", access: .user, summary: "End one session",
            answers: [.empty(204, "Ended"), .problem(404, "No such session of the user")],
            handler: answering { [accounts, edge] request in
                try await accounts.endSession(
                    try request.identifier(), of: try request.user.subject, as: .sessionEnded,
                    from: edge.origin(of: request))
                return .empty(.noContent)
            })
        api.post(
            "/auth/ws-ticket", access: .user,
            summary: "A ticket that opens one WebSocket, as ?ticket=, within half a minute",
            answers: [.json(201, "The ticket", AuthSchemas.ticket)], bodyBytesMax: Self.bodyBytesMax,
            handler: answering { [accounts] request in
                let ticket = try await accounts.makeTicket(for: try request.user)
                var response = HTTPResponse.json(
                    ["ticket": .string(ticket), "expires_in": .integer(Accounts.ticketLifetime.components.seconds)],
                    status: .created)
                response.fields.set(.cacheControl, "no-store")
                return response
            })
    }

    private func listSessions(_ request: HTTPRequest) async throws -> HTTPResponse {
        let claims = try request.user
        let page = try PageRequest(request)
        let sessions = try await accounts.sessions(of: claims.subject, before: page.before, limit: page.fetchCount)
        return page.response(sessions, of: request, id: \.id) { $0.json(isCurrent: $0.id == claims.sessionID) }
    }
}

/// The query parameters of every list.
enum PageParameters {
    static let all: [Operation.Parameter] = [
        .query("limit", .integer(min: 1, max: Int64(PageRequest.limitMax)), "How many at most; 50 when not given"),
        .query("cursor", .string(), "Where the page begins, from the Link field of the page before"),
    ]
}
