package import HTTPMessages
internal import Platform

/// One WebSocket (RFC 6455), as a sequence of messages to read and calls to write. An actor on the connection's loop.
///
/// Reading drives it: pings are answered, closes and protocol errors handled, and silence is noticed while somebody waits
/// for a message. Code that only sends runs inside `whileOpen`, which reads beside it. When the handler returns the socket
/// is closed with 1000, when it throws with 1011.
package actor WebSocket: AsyncSequence {
    package typealias Element = WebSocketMessage

    /// The subprotocol that was agreed on.
    package nonisolated let subprotocol: String?
    package nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }
    /// How it ended; nil while it is open.
    package private(set) var closure: WebSocketClosure?

    private nonisolated let loop: EventLoop
    private let connection: UpgradedConnection
    private let options: WebSocketOptions
    private var reader: WebSocketReader
    private var received = Leftover()
    /// Frames may be tiny, and one read holds thousands: others get their turn in between.
    private static let eventsPerTurn: UInt32 = 256
    private var eventCount: UInt32 = 0
    private var isAwaitingPong = false
    /// When the peer must have answered our close at the latest; nil before we have sent one.
    private var closeDeadline: MonotonicInstant?

    init(_ connection: UpgradedConnection, loop: EventLoop, options: WebSocketOptions, subprotocol: String?) {
        self.connection = connection
        self.loop = loop
        self.options = options
        self.subprotocol = subprotocol
        reader = WebSocketReader(role: .server, limits: options.limits)
    }

    // MARK: Sending

    /// Sends a text message; waits while the peer does not keep up. Throws `HTTPConnectionError.closed` after a close.
    package func send(text: String) async throws {
        try await send(.text, Array(text.utf8))
    }

    /// Sends a binary message; as `send(text:)`.
    package func send(binary: [UInt8]) async throws {
        try await send(.binary, binary)
    }

    /// Begins the close handshake; messages that still come are dropped. Does nothing when a close was sent before.
    package func close(code: WebSocketCloseCode = .normal, reason: String = "") async throws {
        guard closeDeadline == nil else { return }
        closeDeadline = loop.now + options.closeLimit
        var bytes: [UInt8] = []
        WebSocketFrameEncoder.appendClose(code, reason: reason, to: &bytes)
        try await connection.send(bytes)
    }

    private func send(_ opcode: WebSocketOpcode, _ payload: [UInt8]) async throws {
        guard closeDeadline == nil, closure == nil else { throw HTTPConnectionError.closed }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(payload.count + 10)
        WebSocketFrameEncoder.append(opcode, payload, to: &bytes)
        try await connection.send(bytes)
    }

    // MARK: Receiving

    /// The next message; nil once the socket is closed, and then `closure` tells how. Throws `CancellationError` in a
    /// cancelled task. One task at a time.
    package func receive() async throws -> WebSocketMessage? {
        while closure == nil {
            while !received.isEmpty {
                let event = received.consume { reader.next(in: $0, at: &$1) }
                eventCount &+= 1
                if eventCount % Self.eventsPerTurn == 0 { await loop.nextTurn() }
                if let message = try await react(to: event) { return message }
                if closure != nil { return nil }
            }
            try await receiveMore()
        }
        return nil
    }

    /// Runs `body` while the socket is open, dropping what the peer says; cancels it when the peer closes or goes away.
    package func whileOpen(_ body: @escaping @Sendable () async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask(executorPreference: loop) { while try await self.receive() != nil {} }
            group.addTask(executorPreference: loop) { try await body() }
            defer { group.cancelAll() }
            try await group.next()
        }
    }

    package nonisolated func makeAsyncIterator() -> Iterator {
        Iterator(socket: self)
    }

    package struct Iterator: AsyncIteratorProtocol {
        let socket: WebSocket

        // The plain `next()` of the protocol would run on the shared pool; this one stays on the caller's loop.
        package mutating func next(isolation actor: isolated (any Actor)?) async throws -> WebSocketMessage? {
            try await socket.receive()
        }

        package mutating func next() async throws -> WebSocketMessage? {
            try await socket.receive()
        }
    }

    private func react(to event: WebSocketReader.Event) async throws -> WebSocketMessage? {
        switch event {
        case .text(let text) where closeDeadline == nil: return .text(text)
        case .binary(let bytes) where closeDeadline == nil: return .binary(bytes)
        case .needsInput, .pong, .text, .binary: return nil
        case .ping(let payload):
            if closeDeadline == nil { try await send(.pong, payload) }
        case .close(let code, let reason):
            closure = WebSocketClosure(code: code, reason: reason)
            try await close(code: code == .noCode ? .normal : code)
        case .failure(let failure):
            closure = WebSocketClosure(code: failure.closeCode, reason: failure.rawValue)
            try await close(code: failure.closeCode, reason: failure.rawValue)
        }
        return nil
    }

    private func receiveMore() async throws {
        var limit = options.pingInterval
        if let closeDeadline {
            limit = closeDeadline - loop.now
            guard limit > .zero else { return end(.abnormal) }
        }
        switch try await connection.receive(within: limit) {
        case .bytes(let bytes):
            isAwaitingPong = false
            received.store(bytes)
        case .end:
            end(.abnormal)
        case .idle where closeDeadline != nil || isAwaitingPong:
            end(.abnormal)
        case .idle:
            isAwaitingPong = true
            try await send(.ping, [])
        case .draining:
            try await close(code: .goingAway)
        }
    }

    private func end(_ code: WebSocketCloseCode) {
        closure = WebSocketClosure(code: code, reason: "")
    }

    /// The handler is done: says goodbye if nobody has, and waits for the peer's answer.
    func finish(_ code: WebSocketCloseCode) async throws {
        try await close(code: code)
        while try await receive() != nil {}
    }
}
