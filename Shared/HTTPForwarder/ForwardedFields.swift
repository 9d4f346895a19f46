internal import HTTPMessages
internal import HTTPServer
internal import Platform

/// Which fields pass through a gateway, and which it sets itself.
struct ForwardedFields: Sendable {
    let authority: String
    let protocolName: String

    /// The head of the request to the upstream server, ready to be sent.
    func requestHead(_ request: HTTPRequest, _ extraFields: HTTPFields, keepsUpgrade: Bool) throws -> [UInt8] {
        var fields = Self.endToEnd(request.head.fields, keepsUpgrade: keepsUpgrade) { name in
            switch name {
            // The server has told the client to go on already, when it was time to.
            case .host, .expect, .contentLength, .xRequestID, .traceparent, .tracestate: true
            // This is the edge: what a client claims about where it comes from is not passed on.
            case .forwarded, .xForwardedFor, .xForwardedProto, .xForwardedHost: true
            default: false
            }
        }
        fields.append(.host, authority)
        fields.append(.xForwardedFor, request.context.peerAddress)
        fields.append(.xForwardedProto, protocolName)
        if let host = request.head.fields.first(.host) { fields.append(.xForwardedHost, host) }
        fields.append(.xRequestID, request.context.requestID)
        let trace = request.context.trace.child()
        fields.append(.traceparent, trace.description)
        if let traceState = trace.traceState { fields.append(.tracestate, traceState) }
        for field in extraFields { fields.set(field.name, field.value) }
        if let length = request.body.declaredLength {
            if length > 0 || request.head.fields.contains(.contentLength) { fields.append(.contentLength, "\(length)") }
        } else {
            fields.append(.transferEncoding, "chunked")
        }
        let head = HTTPRequestHead(method: request.method, target: request.head.target, fields: fields)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(512)
        try HTTPSerializer.append(head, to: &bytes)
        return bytes
    }

    /// The fields of the upstream server's response that are the client's business.
    static func responseFields(_ fields: HTTPFields, keepsUpgrade: Bool) -> HTTPFields {
        endToEnd(fields, keepsUpgrade: keepsUpgrade) { _ in false }
    }

    /// All but the fields that concern one connection (RFC 9110 section 7.6.1): the known ones and those that Connection
    /// names.
    private static func endToEnd(
        _ fields: HTTPFields, keepsUpgrade: Bool, except isReplaced: (HTTPFieldName) -> Bool
    ) -> HTTPFields {
        let named = fields.members(.connection).map { HTTPFieldName(String($0)) }
        var result = HTTPFields()
        result.reserveCapacity(fields.count + 8)
        for field in fields {
            switch field.name {
            case .connection, .keepAlive, .proxyConnection, .proxyAuthenticate, .proxyAuthorization, .te, .trailer,
                .transferEncoding, .upgrade:
                continue
            default:
                if isReplaced(field.name) { continue }
                // Nobody may have the fields removed that say who asks, or how long the message is.
                if named.contains(field.name), field.name != .contentLength, field.name != .authorization { continue }
                result.append(field.name, field.value)
            }
        }
        if keepsUpgrade, let upgrade = fields.first(.upgrade) {
            result.append(.connection, "Upgrade")
            result.append(.upgrade, upgrade)
        }
        return result
    }
}

extension HTTPRequestHead {
    /// Whether the client asks to go on with another protocol.
    var asksForUpgrade: Bool {
        versionMinor > 0 && fields.contains(.upgrade) && fields.contains(.connection, member: "upgrade")
    }
}
