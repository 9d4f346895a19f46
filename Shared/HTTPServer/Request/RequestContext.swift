package import HTTPMessages
package import Platform

/// The type of a value that middleware leaves in a request's context for handlers.
package protocol ContextKey {
    associatedtype Value: Sendable
}

/// What is known about a request besides its message: where it came from, its names in logs and traces, and what
/// middleware found out.
package struct RequestContext: Sendable {
    /// The loop on which the connection lives and the handler runs.
    package let eventLoop: EventLoop
    /// The address of the connected peer; nil in tests without a connection.
    package let peer: SocketAddress?
    /// The template of the matched route, for metrics and logs; nil when no route matched.
    package var routeTemplate: String?

    private var requestName: RequestName
    private var givenTrace: TraceContext?
    private var values: [ObjectIdentifier: any Sendable] = [:]
    /// The place of the matched route in the router's list.
    var routeIndex: Int?
    /// The methods the path answers to, when the method of the request is not among them.
    var allowedMethods: [HTTPMethod] = []
    /// The path is not percent-encoded UTF-8.
    var isPathMalformed = false

    /// `requestID` and `trace` are what the client sent; new ones are made when they are nil.
    package init(eventLoop: EventLoop, peer: SocketAddress?, requestID: String? = nil, trace: TraceContext? = nil) {
        self.eventLoop = eventLoop
        self.peer = peer
        requestName = requestID.map { .given($0) } ?? .made(.make())
        givenTrace = trace
    }

    /// The name of the request in logs, answers and calls to other services.
    package var requestID: String {
        get {
            switch requestName {
            case .given(let text): text
            case .made(let identifier): identifier.description
            }
        }
        set { requestName = .given(newValue) }
    }

    /// The trace the request belongs to: the client's, or one made from the request's own identifier, so that nothing is
    /// allocated or drawn for requests that nobody traces.
    package var trace: TraceContext {
        get { givenTrace ?? TraceContext.derived(from: requestName.identifier) }
        set { givenTrace = newValue }
    }

    /// Writes the request's name without making a text of it first.
    func appendRequestID(to bytes: inout [UInt8]) {
        switch requestName {
        case .given(let text): bytes.append(contentsOf: text.utf8)
        case .made(let identifier): identifier.append(to: &bytes)
        }
    }

    /// The address of the peer as text, without the port.
    package var peerAddress: String { peer?.host ?? "" }

    /// A value left by middleware.
    package subscript<Key: ContextKey>(key: Key.Type) -> Key.Value? {
        get { values[ObjectIdentifier(key)] as? Key.Value }
        set { values[ObjectIdentifier(key)] = newValue }
    }
}

/// Most requests come without a name: a made one stays 16 bytes until somebody wants it as text.
private enum RequestName: Sendable {
    case given(String)
    case made(Identifier)

    var identifier: Identifier {
        switch self {
        case .given: .make()
        case .made(let identifier): identifier
        }
    }
}
