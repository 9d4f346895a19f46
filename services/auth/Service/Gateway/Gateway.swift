import Contracts
import HTTPForwarder
import HTTPMessages
import HTTPServer
import KeyValue
import Metrics
import Platform
import ServiceKit
import Tokens

/// Passes requests on to the services behind. A presented token is verified first, so that a bad one costs nobody else
/// anything; a request without one goes on, and the service decides. Bodies and streams go through piece by piece.
struct Gateway: Sendable {
    let forwarders: [ServiceName: Forwarder]
    let accounts: Accounts
    let tokens: SessionTokens
    let keys: KeyGate
    let limiter: RateLimiter
    let edge: Edge
    let corsPolicy: CORSPolicy
    let metrics: AuthMetrics

    private static let methods: [HTTPMethod] = [.get, .head, .post, .put, .patch, .delete, .options]

    func add(to api: inout API) {
        for service in GatewayTable.services {
            guard let forwarder = forwarders[service] else { continue }
            for template in GatewayTable.templates[service] ?? [] {
                // The service behind knows how large a body may be.
                api.unlisted(
                    Route(
                        nil, template, bodyBytesMax: .max,
                        handler: answering { try await respond(to: $0, with: forwarder) }))
            }
        }
    }

    private func respond(to request: HTTPRequest, with forwarder: Forwarder) async throws -> HTTPResponse {
        guard Self.methods.contains(request.method) else { throw Problem.methodNotAllowed(allow: Self.methods) }
        guard ForwardedPath.isUnambiguous(request.path) else { throw Problem.notFound() }
        var request = request
        var extra: HTTPFields = [
            .xForwardedFor: edge.clientAddress(of: request),
            .xForwardedProto: edge.isSecure(request) ? "https" : "http",
        ]
        if request.head.asksForWebSocket { try corsPolicy.requireTrustedOrigin(ofWebSocket: request) }
        let user = try await admit(&request, &extra)
        let limit = limiter.limit(for: request)
        // Before the fields that tell it are taken off.
        let origin = limit.map { _ in edge.origin(of: request) }
        request.head.fields = SpoofableFields.removed(from: request.head.fields)

        guard let limit, let origin else {
            return try await forwarder.forward(request, extraFields: extra)
        }
        let session = user == nil ? Cookies(request.fields)["session_id"] : nil
        let state: (limit: RateLimit, decision: TokenDecision)?
        do {
            state = try await limiter.take(limit, user: user, origin: origin, session: session)
        } catch {
            metrics.limited.add()
            throw error
        }
        var response = try await forwarder.forward(request, extraFields: extra)
        if let state {
            response.fields.set(.rateLimitPolicy, state.limit.told.policyField)
            response.fields.set(.rateLimit, state.limit.stateField(state.decision))
        }
        return response
    }

    /// Whoever presented a token, an API key or a ticket, for budgets; nil when nothing was presented. A key and a ticket
    /// become an access token for the service behind, which sees neither.
    private func admit(_ request: inout HTTPRequest, _ extra: inout HTTPFields) async throws -> Identifier? {
        let ticket = request.head.asksForWebSocket ? request.query.first("ticket") : nil
        if request.fields.contains(KeyGate.field) {
            // Which of two was meant, nobody can know.
            guard ticket == nil, !request.fields.contains(.authorization) else {
                throw Problem.badRequest(
                    code: "two_credentials", detail: "Send X-API-Key or Authorization, not both.")
            }
            let (key, token) = try await keys.admit(request, from: edge.origin(of: request))
            extra.set(.authorization, "Bearer \(token)")
            return key
        }
        if let ticket {
            // Browsers cannot send a header with a WebSocket, so they send a ticket in the query. It is used up here.
            let (token, user) = try await accounts.redeemTicket(ticket)
            request.head = request.head.withoutQueryItem("ticket")
            extra.set(.authorization, "Bearer \(token)")
            return user
        }
        guard request.fields.contains(.authorization) else { return nil }
        return try await tokens.verify(try Bearer.token(of: request)).subject
    }
}

extension HTTPRequestHead {
    /// The same head without the query items of this name.
    func withoutQueryItem(_ name: String) -> HTTPRequestHead {
        let items = (query ?? "").split(separator: "&").filter { item in
            PercentCoding.decode(item.prefix { $0 != "=" }) != name
        }
        let target = items.isEmpty ? path : "\(path)?\(items.joined(separator: "&"))"
        return HTTPRequestHead(method: method, target: target, fields: fields, versionMinor: versionMinor)
    }
}
