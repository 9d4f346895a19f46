/// The first part of a request: method, target and fields, as received or to be sent.
package struct HTTPRequestHead: Sendable, Hashable {
    package var method: HTTPMethod
    /// The request target as received: `/lectures?limit=5`, or `*` of an OPTIONS request.
    package let target: String
    /// The target up to the question mark, still percent-encoded.
    package let path: String
    /// The target after the question mark, still percent-encoded; `nil` without a question mark.
    package let query: String?
    /// 1 for HTTP/1.1, 0 for HTTP/1.0.
    package var versionMinor: Int
    package var fields: HTTPFields

    package init(method: HTTPMethod, target: String, fields: HTTPFields = [:], versionMinor: Int = 1) {
        self.method = method
        self.target = target
        if let mark = target.utf8.firstIndex(of: ASCII.questionMark) {
            path = String(target[..<mark])
            query = String(target[target.utf8.index(after: mark)...])
        } else {
            path = target
            query = nil
        }
        self.fields = fields
        self.versionMinor = versionMinor
    }

    /// Whether the connection may serve another request after this one (RFC 9112 section 9.3).
    package var keepsAlive: Bool {
        HTTPPersistence.keepsAlive(versionMinor: versionMinor, fields: fields)
    }

    /// Whether the client waits for `100 Continue` before it sends the body (RFC 9110 section 10.1.1).
    package var expectsContinue: Bool {
        guard versionMinor > 0, let value = fields.first(.expect) else { return false }
        return ASCII.equals(value.utf8, lowercase: "100-continue")
    }

    /// Whether the client asks to go on with the WebSocket protocol (RFC 6455 section 4.2.1).
    package var asksForWebSocket: Bool {
        versionMinor > 0 && fields.contains(.upgrade, member: "websocket")
            && fields.contains(.connection, member: "upgrade")
    }
}

/// The first part of a response.
package struct HTTPResponseHead: Sendable, Hashable {
    package var status: HTTPStatus
    package var fields: HTTPFields
    /// 1 for HTTP/1.1, 0 for HTTP/1.0.
    package var versionMinor: Int

    package init(status: HTTPStatus, fields: HTTPFields = [:], versionMinor: Int = 1) {
        self.status = status
        self.fields = fields
        self.versionMinor = versionMinor
    }

    /// Whether the peer will read another request on the connection, provided the body's end is known.
    package var keepsAlive: Bool {
        HTTPPersistence.keepsAlive(versionMinor: versionMinor, fields: fields)
    }
}

/// How the body of a message is delimited (RFC 9112 section 6.3).
package enum HTTPBodyKind: Sendable, Hashable {
    case none
    /// `Content-Length`: exactly so many bytes; may be 0.
    case length(Int64)
    case chunked
    /// Until the connection closes; responses only.
    case untilClose
    /// The connection now speaks another protocol: a 101 response.
    case upgraded
}

enum HTTPPersistence {
    static func keepsAlive(versionMinor: Int, fields: HTTPFields) -> Bool {
        versionMinor > 0
            ? !fields.contains(.connection, member: "close")
            : fields.contains(.connection, member: "keep-alive") && !fields.contains(.connection, member: "close")
    }
}
