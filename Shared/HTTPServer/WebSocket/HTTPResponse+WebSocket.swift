internal import Crypto
internal import HTTPMessages
internal import Platform

extension HTTPResponse {
    /// Goes on with the WebSocket protocol, spoken by `run` on the connection's loop; the task is cancelled when the client
    /// goes away. A request that is no proper handshake is answered 400 or 426, one from a foreign Origin 403.
    package static func webSocket(
        _ request: HTTPRequest, options: WebSocketOptions = WebSocketOptions(),
        _ run: @escaping @Sendable (WebSocket) async throws -> Void
    ) -> HTTPResponse {
        let key: String
        do {
            key = try WebSocketHandshake.key(of: request.head)
        } catch {
            return refusal(error, request)
        }
        guard OriginCheck(allowed: options.allowedOrigins).permits(request) else {
            return .problem(.forbidden("This origin may not connect.", code: "foreign_origin"), for: request)
        }
        let offered = WebSocketHandshake.offeredProtocols(request.head)
        let subprotocol = options.protocols.first { offered.contains($0) }
        var fields = HTTPFields()
        fields.append(.upgrade, "websocket")
        fields.append(.connection, "Upgrade")
        fields.append(.secWebSocketAccept, Base64.encode(SHA1.digest(of: (key + WebSocketHandshake.acceptSuffix).utf8)))
        if let subprotocol { fields.append(.secWebSocketProtocol, subprotocol) }
        let loop = request.context.eventLoop
        return HTTPResponse(
            status: .switchingProtocols, fields: fields,
            body: .upgrade { connection in
                let socket = WebSocket(connection, loop: loop, options: options, subprotocol: subprotocol)
                do {
                    try await run(socket)
                } catch {
                    try await socket.finish(.internalError)
                    throw error
                }
                try await socket.finish(.normal)
            })
    }

    private static func refusal(_ failure: WebSocketHandshake.Failure, _ request: HTTPRequest) -> HTTPResponse {
        if failure == .malformed, request.head.asksForWebSocket {
            let problem = Problem.badRequest(code: "malformed_handshake", detail: "Not a WebSocket handshake.")
            return .problem(problem, for: request)
        }
        var problem = Problem(status: .upgradeRequired, code: "websocket_required")
        problem.headers = [.upgrade: "websocket", .secWebSocketVersion: "13"]
        return .problem(problem, for: request)
    }
}

/// Whether a page may open a WebSocket here: browsers tell where it came from, and cookies would be sent along whatever
/// that is (RFC 6455 section 10.2).
struct OriginCheck {
    let allowed: Set<String>

    func permits(_ request: HTTPRequest) -> Bool {
        guard let origin = request.fields.first(.origin) else { return true }
        if allowed.contains(origin) { return true }
        guard let host = request.fields.first(.host), let start = origin.firstRange(of: "://")?.upperBound else {
            return false
        }
        return origin[start...].lowercased() == host.lowercased()
    }
}
