internal import HTTPMessages
internal import Platform

/// One connection to an upstream server, on the same loop as the client's connection that uses it, so that passing bytes
/// from one to the other is a call and no hop.
///
/// It serves one request at a time. While unused it only watches for the server's closing it.
actor UpstreamConnection: EventLoopChannel {
    enum Phase { case connecting, open, closed }

    nonisolated let loop: EventLoop
    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }
    let options: ForwarderOptions
    private(set) var socket: FileDescriptor?
    private var id: ChannelID?
    private(set) var phase = Phase.connecting
    private var connectError: SystemError?

    // Input.
    var parser: HTTPResponseParser
    var leftover = Leftover()
    var mayReceive = false
    private var isPeerFinished = false
    private var inputWaiter: UnsafeContinuation<Void, Never>?

    // Output.
    var output = OutputBuffer()
    private var outputWaiter: UnsafeContinuation<Void, Never>?

    // The present response.
    var hasResponse = false
    var isComplete = false
    var keepsAlive = true
    /// Whether the request's body is still being sent, so that no answer is due yet.
    var isUploading = false

    private var deadlines = ChannelDeadlines()
    private var isLate = false
    /// Set while the connection is unused: called once if it ends.
    private var onClose: (@Sendable () -> Void)?

    init(loop: EventLoop, options: ForwarderOptions) {
        self.loop = loop
        self.options = options
        parser = HTTPResponseParser(limits: options.limits)
    }

    /// Connects. Throws `UpstreamError`.
    func connect(to address: SocketAddress) async throws {
        do {
            let socket = try FileDescriptor.connecting(to: address)
            id = try socket.register(self, on: loop)
            self.socket = consume socket
        } catch {
            close()
            throw UpstreamError.unreachable(error)
        }
        deadlines.write = loop.now + options.connectLimit
        armDeadlines()
        while phase == .connecting, !isLate, !Task.isCancelled { await waitForOutput() }
        deadlines.write = .distantFuture
        isLate = false
        if phase == .open { return }
        close()
        try Task.checkCancellation()
        guard let connectError else { throw UpstreamError.connectTimedOut }
        throw UpstreamError.unreachable(connectError)
    }

    /// Whether another request can be sent on it.
    var isReusable: Bool {
        phase == .open && isComplete && keepsAlive && !isPeerFinished && leftover.isEmpty && output.isEmpty
    }

    /// The connection is unused from now on.
    func rest(onClose: @escaping @Sendable () -> Void) {
        self.onClose = onClose
        deadlines.read = loop.now + options.keepAlive
        armDeadlines()
    }

    /// The connection is used again; false when it has ended meanwhile.
    func wake() -> Bool {
        onClose = nil
        deadlines.read = .distantFuture
        isLate = false
        return phase == .open
    }

    /// Ends the connection now. Whoever waits on it is woken and finds it closed.
    func close() {
        guard phase != .closed else { return }
        phase = .closed
        if let id { socket?.deregister(id, from: loop) }
        socket = nil
        wakeInput()
        wakeOutput()
        onClose?()
        onClose = nil
    }
}

// MARK: - Calls from the loop

extension UpstreamConnection {
    nonisolated func ready(_ readiness: Readiness) {
        assumeIsolated { $0.react(to: readiness) }
    }

    nonisolated func deadlineReached() {
        assumeIsolated { $0.lookAtDeadlines() }
    }

    private func react(to readiness: Readiness) {
        guard phase != .closed else { return }
        if phase == .connecting {
            guard readiness.isWritable else { return }
            connectError = socket?.pendingError()
            if connectError != nil { return close() }
            phase = .open
            wakeOutput()
        }
        if readiness.isPeerClosed { isPeerFinished = true }
        if readiness.isWritable { sendOutput() }
        guard readiness.isReadable else { return }
        mayReceive = true
        // Nothing is expected on an unused connection: it is the end, or something that must not be taken for an answer.
        if onClose != nil { return close() }
        wakeInput()
        wakeOutput()
    }

    private func lookAtDeadlines() {
        let now = loop.now
        guard phase != .closed, deadlines.called(at: now) else { return }
        if deadlines.read <= now || deadlines.write <= now {
            if onClose != nil { return close() }
            isLate = true
            deadlines.read = .distantFuture
            deadlines.write = .distantFuture
            wakeInput()
            wakeOutput()
        }
        armDeadlines()
    }

    private func armDeadlines() {
        if let id { deadlines.arm(id, on: loop) }
    }
}

// MARK: - Moving bytes and waiting

extension UpstreamConnection {
    /// Sends what the socket takes.
    func sendOutput() {
        guard phase == .open else { return }
        do {
            guard try socket?.sendAll(&output) == true else { return }
            wakeOutput()
        } catch {
            // The server may have answered before it stopped reading; what it said can still be received.
            output = OutputBuffer()
            isPeerFinished = true
            wakeOutput()
        }
    }

    /// Receives into the loop's buffer: the count (zero at the end), or nil when nothing can be received now.
    func receiveBytes() -> Int? {
        do {
            switch try socket?.receive(into: loop.readBuffer) {
            case .bytes(let count):
                if count < loop.readBuffer.count, !isPeerFinished { mayReceive = false }
                return count
            case .wouldBlock, nil:
                mayReceive = false
                return nil
            }
        } catch {
            close()
            return nil
        }
    }

    /// Returns when there is news. Throws `UpstreamError.timedOut`, and `CancellationError` in a cancelled task.
    func waitForInput(within limit: Duration?) async throws {
        try Task.checkCancellation()
        precondition(inputWaiter == nil, "one task at a time receives")
        deadlines.read = limit.map { loop.now + $0 } ?? .distantFuture
        armDeadlines()
        await withTaskCancellationHandler {
            await withUnsafeContinuation { inputWaiter = $0 }
        } onCancel: {
            loop.submit { self.assumeIsolated { $0.wakeInput() } }
        }
        deadlines.read = .distantFuture
        // What came in the last moment counts.
        try throwIfLate(unless: mayReceive)
    }

    /// Whoever waits for input does so no longer than this.
    func limitInput(_ limit: Duration) {
        deadlines.read = loop.now + limit
        armDeadlines()
    }

    /// Sends until nothing waits. Throws as `waitForInput` does.
    func drainOutput(within limit: Duration?) async throws {
        sendOutput()
        while !output.isEmpty, phase == .open {
            try Task.checkCancellation()
            deadlines.write = limit.map { loop.now + $0 } ?? .distantFuture
            armDeadlines()
            await waitForOutput()
            deadlines.write = .distantFuture
            try throwIfLate(unless: output.isEmpty)
        }
    }

    private func throwIfLate(unless isSettled: Bool) throws {
        guard isLate else { return }
        isLate = false
        if isSettled { return }
        close()
        throw UpstreamError.timedOut
    }

    private func waitForOutput() async {
        precondition(outputWaiter == nil, "one task at a time sends")
        await withTaskCancellationHandler {
            await withUnsafeContinuation { outputWaiter = $0 }
        } onCancel: {
            loop.submit { self.assumeIsolated { $0.wakeOutput() } }
        }
    }

    private func wakeInput() {
        guard let waiter = inputWaiter else { return }
        inputWaiter = nil
        waiter.resume()
    }

    private func wakeOutput() {
        guard let waiter = outputWaiter else { return }
        outputWaiter = nil
        waiter.resume()
    }

    /// Tells the server that nothing more will be sent.
    func finishSending() {
        socket?.finishSending()
    }
}
