import Platform

/// The opening handshake of a WebSocket (RFC 6455 section 4), without the SHA-1 that the accept key needs.
package enum WebSocketHandshake {
    /// What is appended to the key before it is hashed.
    package static let acceptSuffix = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"

    package enum Failure: Error, Sendable, Hashable {
        /// Not an upgrade to WebSocket at all, or malformed: 400.
        case malformed
        /// Another version than 13: 426 with `Sec-WebSocket-Version: 13`.
        case unsupportedVersion
    }

    /// Checks what the server has to check and returns the key.
    ///
    /// The origin is not checked here: who may connect is the application's to say.
    package static func key(of head: HTTPRequestHead) throws(Failure) -> String {
        guard head.method == .get, head.asksForWebSocket else { throw .malformed }
        let versions = head.fields.all(.secWebSocketVersion)
        guard versions.count == 1, versions[0] == "13" else { throw .unsupportedVersion }
        let keys = head.fields.all(.secWebSocketKey)
        guard keys.count == 1, keys[0].utf8.count == 24, Base64.decode(keys[0])?.count == 16 else { throw .malformed }
        return keys[0]
    }

    /// The subprotocols that the client offers, in its order of preference.
    package static func offeredProtocols(_ head: HTTPRequestHead) -> [String] {
        head.fields.members(.secWebSocketProtocol).map(String.init)
    }
}
