internal import HTTPMessages
internal import Logs
internal import Platform
internal import Synchronization

/// What all connections on one loop share: the server's fixed parts and the loop's own state.
final class ServerSite: Sendable {
    let loop: EventLoop
    let options: HTTPServerOptions
    let dispatcher: Dispatcher
    let errors: ErrorMapper
    let recorder: RequestRecorder
    let logger: Logger
    private let state: LoopBound<State>
    private let count = Atomic<Int>(0)

    private struct State {
        var connections: [ChannelID: HTTPConnection] = [:]
        var spareBuffers: [[UInt8]] = []
        var date = DateField()
        var isDraining = false
        var emptied: [CheckedContinuation<Void, Never>] = []
    }

    init(
        loop: EventLoop, options: HTTPServerOptions, dispatcher: Dispatcher, recorder: RequestRecorder, logger: Logger
    ) {
        self.loop = loop
        self.options = options
        self.dispatcher = dispatcher
        self.recorder = recorder
        self.logger = logger
        errors = ErrorMapper(logger: logger)
        state = LoopBound(State(), on: loop)
    }

    var isDraining: Bool { state.withState { $0.isDraining } }

    // MARK: Connections

    func add(_ connection: HTTPConnection, _ id: ChannelID) {
        state.withState { $0.connections[id] = connection }
    }

    /// Connections of the loop, those included that are on their way to it. From any thread.
    var connectionCount: Int { count.load(ordering: .relaxed) }

    /// A connection was accepted for this loop. From any thread.
    func connectionOpened() {
        count.wrappingAdd(1, ordering: .relaxed)
        recorder.connectionOpened()
    }

    /// A connection has ended; `id` is nil when it could not even be registered.
    func connectionClosed(_ id: ChannelID?) {
        recorder.connectionClosed()
        let left = count.wrappingSubtract(1, ordering: .relaxed).newValue
        let waiters = state.withState { state in
            if let id { state.connections[id] = nil }
            guard left == 0 else { return [CheckedContinuation<Void, Never>]() }
            defer { state.emptied = [] }
            return state.emptied
        }
        for waiter in waiters { waiter.resume() }
    }

    /// All connections of the loop at this moment.
    var connections: [HTTPConnection] {
        state.withState { Array($0.connections.values) }
    }

    func beginDraining() {
        state.withState { $0.isDraining = true }
    }

    /// Calls back when no connection is left, perhaps at once.
    func whenEmpty(_ continuation: CheckedContinuation<Void, Never>) {
        let isEmpty = state.withState { state in
            if connectionCount == 0 { return true }
            state.emptied.append(continuation)
            return false
        }
        if isEmpty { continuation.resume() }
    }

    // MARK: Shared memory

    private static let spareBuffersMax = 64
    private static let spareBufferBytesMax = 16_384

    /// An empty buffer with capacity, so that answering a request allocates none.
    func takeBuffer() -> [UInt8] {
        state.withState { $0.spareBuffers.popLast() ?? [] }
    }

    func giveBack(_ buffer: consuming [UInt8]) {
        guard buffer.capacity > 0, buffer.capacity <= Self.spareBufferBytesMax else { return }
        let buffer = buffer
        state.withState { state in
            if state.spareBuffers.count < Self.spareBuffersMax { state.spareBuffers.append(buffer) }
        }
    }

    /// Appends `Date: …` with its line end; the text is made once per second.
    func appendDate(to bytes: inout [UInt8]) {
        let now = loop.now
        state.withState { bytes.append(contentsOf: $0.date.line(at: now)) }
    }
}

/// The Date field, remade when the second has passed.
private struct DateField {
    private var bytes: [UInt8] = []
    private var isGoodUntil = MonotonicInstant(nanoseconds: .min)

    mutating func line(at now: MonotonicInstant) -> [UInt8] {
        if now >= isGoodUntil {
            let wall = SystemTime().wall
            bytes = Array("Date: \(HTTPDate.format(wall))\r\n".utf8)
            isGoodUntil = now + .milliseconds(1000 - wall.millisecondsSince1970 % 1000)
        }
        return bytes
    }
}
