package import HTTPMessages

/// What a WebSocket allows and how long it waits.
package struct WebSocketOptions: Sendable {
    /// How long and how fragmented messages may be; more closes with 1009 or 1008.
    package var limits = WebSocketReader.Limits()
    /// After so long without a sign of the peer it is pinged; after as long again without one it is gone.
    package var pingInterval: Duration = .seconds(20)
    /// How long to wait for the peer's part of the close handshake.
    package var closeLimit: Duration = .seconds(5)
    /// Subprotocols in our order of preference; the first that the client offers is chosen.
    package var protocols: [String] = []
    /// Origins beside the request's own host that may connect, such as `https://app.example.org`. Requests without an Origin
    /// do not come from browsers and are let through.
    package var allowedOrigins: Set<String> = []

    package init() {}
}

/// A complete message.
package enum WebSocketMessage: Sendable, Hashable {
    case text(String)
    case binary([UInt8])
}

/// How the peer ended a WebSocket, or why it ended otherwise.
package struct WebSocketClosure: Sendable, Hashable {
    /// `.abnormal` when the connection broke, `.noCode` when the peer gave none.
    package let code: WebSocketCloseCode
    package let reason: String
}
