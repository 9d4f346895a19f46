import HTTPMessages
import HTTPServer

/// What can be believed about where a request came from.
struct Edge: Sendable {
    let proxies: TrustedProxies

    /// The client's address as text; cheap, because every forwarded request needs it.
    func clientAddress(of request: HTTPRequest) -> String {
        let peer = request.context.peerAddress
        if proxies.ranges.isEmpty { return peer }
        let forwardedFor = request.fields.all(.xForwardedFor)
        return proxies.clientAddress(peer: peer, forwardedFor: forwardedFor)?.description ?? peer
    }

    /// The client's address and program.
    func origin(of request: HTTPRequest) -> ClientOrigin {
        let peer = request.context.peerAddress
        let address = proxies.clientAddress(peer: peer, forwardedFor: request.fields.all(.xForwardedFor))
        return ClientOrigin(address: address, fallback: peer, userAgent: request.fields.first(.userAgent))
    }

    /// Whether the client came by TLS: a trusted proxy says so.
    func isSecure(_ request: HTTPRequest) -> Bool {
        guard !proxies.ranges.isEmpty, request.fields.first(.xForwardedProto)?.lowercased() == "https",
            let peer = IPAddress(request.context.peerAddress)
        else { return false }
        return proxies.contains(peer)
    }
}
