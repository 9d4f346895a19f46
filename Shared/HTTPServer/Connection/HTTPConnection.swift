internal import HTTPMessages
internal import Platform

/// One client connection: an actor whose executor is the event loop it lives on.
///
/// While idle it is this object and nothing more: no task, no buffer. When a complete head has arrived, a task starts on
/// the spot (in the same call that read the bytes, without a queue), answers that request and those that follow it
/// directly, and ends. The loop calls in through `ready`, `deadlineReached` and `flush`; the task waits, when it must,
/// in one of two continuations, for input or for room in the output.
actor HTTPConnection: EventLoopChannel {
    /// Which of the connection's requests something belongs to.
    typealias Number = RequestNumber

    enum Phase {
        /// Connected, nothing received yet.
        case fresh
        /// Between requests.
        case idle
        /// Some bytes of a head have come.
        case receivingHead
        /// A task answers a request.
        case serving
        /// The last answer is in the output; the connection ends when it is sent.
        case finishing
        /// Everything is sent; what still comes is thrown away until the client closes too.
        case lingering
        case closed
    }

    /// Reads of a connection that is only listened to, before others get their turn.
    private static let discardsPerTurn = 16

    nonisolated let site: ServerSite
    nonisolated var unownedExecutor: UnownedSerialExecutor { site.loop.asUnownedSerialExecutor() }
    let peer: SocketAddress?

    private(set) var socket: FileDescriptor?
    private var id: ChannelID?
    var phase = Phase.fresh
    var deadlines = ChannelDeadlines()

    // Input.
    var parser: HTTPRequestParser
    /// Bytes that were received and not looked at yet.
    var leftover = Leftover()
    /// Whether receiving may bring something; false after would-block or a short read, until the loop says otherwise.
    var mayReceive = true
    /// Whether the client has said that it sends no more.
    var isPeerFinished = false
    private var inputWaiter: UnsafeContinuation<Void, Never>?

    // Output.
    var output = OutputBuffer()
    private var outputWaiter: UnsafeContinuation<Void, Never>?
    private var isFlushAsked = false
    /// A file is being sent, and the socket takes no more of it now.
    var isFileBlocked = false
    /// What the client had not acknowledged when the write deadline was set.
    private var unacknowledged = 0

    // The request being answered.
    var current = CurrentRequest()
    private var task: Task<Void, Never>?

    init(socket: consuming FileDescriptor, peer: SocketAddress?, site: ServerSite) {
        self.socket = consume socket
        self.peer = peer
        self.site = site
        parser = HTTPRequestParser(limits: site.options.limits)
    }

    /// Registers with the loop; the first bytes may be there already.
    func open() {
        do {
            guard let id = try socket?.register(self, on: site.loop) else { return }
            self.id = id
            site.add(self, id)
        } catch {
            phase = .closed
            socket = nil
            site.connectionClosed(nil)
            return
        }
        setReadDeadline(site.options.timeouts.head)
        startServing()
    }
}

// MARK: - Calls from the loop

extension HTTPConnection {
    nonisolated func ready(_ readiness: Readiness) {
        assumeIsolated { $0.react(to: readiness) }
    }

    nonisolated func deadlineReached() {
        assumeIsolated { $0.lookAtDeadlines() }
    }

    nonisolated func flush() {
        assumeIsolated { connection in
            connection.isFlushAsked = false
            connection.sendOutput()
        }
    }

    private func react(to readiness: Readiness) {
        guard phase != .closed else { return }
        if readiness.isBroken { return close() }
        if readiness.isPeerClosed { isPeerFinished = true }
        if readiness.isWritable, !output.isEmpty || outputWaiter != nil { sendOutput() }
        guard readiness.isReadable else { return }
        mayReceive = true
        switch phase {
        case .fresh, .idle, .receivingHead:
            startServing()
        case .serving:
            if inputWaiter != nil {
                wakeInput()
            } else if isPeerFinished {
                // Nobody is left to read the answer. A handler that finishes all the same is still sent, for clients that
                // close only their sending side.
                task?.cancel()
            }
        case .lingering:
            discardInput()
        case .finishing, .closed:
            break
        }
    }

    /// Starts a task if a complete head is there. The task runs at once, up to its first suspension.
    private func startServing() {
        guard let head = receiveHead() else { return }
        phase = .serving
        // Owned by this connection: it ends when no further request is there, and is cancelled by `close` and when the
        // client goes away. Errors are answered inside. The preference keeps whatever it awaits off the shared pool.
        let task = Task.immediate(executorPreference: site.loop) { await self.serve(head) }
        if phase == .serving { self.task = task }
    }

    /// The task has nothing more to do.
    func endServing() {
        task = nil
    }

    // MARK: Deadlines

    func setReadDeadline(_ limit: Duration?) {
        deadlines.read = limit.map { site.loop.now + $0 } ?? .distantFuture
        askForCall()
    }

    /// The client has to take something of what waits for it within the limit.
    func setWriteDeadline() {
        guard deadlines.write == .distantFuture else { return }
        unacknowledged = socket?.unacknowledgedBytes() ?? 0
        deadlines.write = site.loop.now + site.options.timeouts.write
        askForCall()
    }

    func clearWriteDeadline() {
        deadlines.write = .distantFuture
    }

    func askForCall() {
        if let id { deadlines.arm(id, on: site.loop) }
    }

    private func lookAtDeadlines() {
        let now = site.loop.now
        guard phase != .closed, deadlines.called(at: now) else { return }
        if deadlines.write <= now {
            // Readiness to write more comes late and in large steps: what the client has acknowledged tells whether it is
            // slow or gone.
            let before = unacknowledged
            deadlines.write = .distantFuture
            setWriteDeadline()
            if unacknowledged >= before { return close() }
        }
        if deadlines.read <= now {
            deadlines.read = .distantFuture
            readDeadlineReached()
        }
        if phase != .closed, deadlines.heartbeat <= now { sendHeartbeat() }
        if phase != .closed { askForCall() }
    }

    private func readDeadlineReached() {
        switch phase {
        case .receivingHead:
            rejectInput(.timedOut)
        case .serving:
            current.isInputLate = true
            wakeInput()
        case .fresh where site.isDraining, .idle where site.isDraining:
            finish()
        case .fresh, .idle, .finishing, .lingering, .closed:
            close()
        }
    }
}

// MARK: - Waiting

extension HTTPConnection {
    /// Returns when the loop has news about input, when the read deadline has passed, or when the task was cancelled. Look
    /// again then.
    func waitForInput() async {
        precondition(inputWaiter == nil, "one task at a time reads a body")
        guard phase != .closed, !Task.isCancelled else { return }
        await withTaskCancellationHandler {
            await withUnsafeContinuation { inputWaiter = $0 }
        } onCancel: {
            site.loop.submit { self.assumeIsolated { $0.wakeInput() } }
        }
    }

    func wakeInput() {
        guard let waiter = inputWaiter else { return }
        inputWaiter = nil
        waiter.resume()
    }

    /// Returns when the output was sent, the connection broke, or the task was cancelled.
    func waitForOutput() async {
        precondition(outputWaiter == nil, "one task at a time writes a body")
        guard phase != .closed, !Task.isCancelled else { return }
        await withTaskCancellationHandler {
            await withUnsafeContinuation { outputWaiter = $0 }
        } onCancel: {
            site.loop.submit { self.assumeIsolated { $0.wakeOutput() } }
        }
    }

    private func wakeOutput() {
        guard let waiter = outputWaiter else { return }
        outputWaiter = nil
        waiter.resume()
    }
}

// MARK: - Sending and closing

extension HTTPConnection {
    /// Sends what the socket takes of the output; when it is full, the loop calls again.
    func sendOutput() {
        guard phase != .closed else { return }
        do {
            guard try socket?.sendAll(&output) == true else { return setWriteDeadline() }
        } catch {
            return close()
        }
        if !isFileBlocked { clearWriteDeadline() }
        wakeOutput()
        if phase == .finishing { finishSending() }
    }

    /// Sends what was appended during this turn of the loop at its end, in one piece.
    func flushAtEndOfTurn() {
        guard !isFlushAsked, !output.isEmpty else { return }
        isFlushAsked = true
        site.loop.flushLater(self)
    }

    /// Ends the connection in an orderly way once the output is sent.
    func finish() {
        guard phase != .closed else { return }
        phase = .finishing
        deadlines.read = .distantFuture
        deadlines.heartbeat = .distantFuture
        sendOutput()
    }

    private func finishSending() {
        // Closing with bytes unread makes the kernel reset the connection, and a reset can destroy an answer that the
        // client has not read yet: so tell it that we are done and listen a while.
        guard current.needsLinger || site.isDraining || !leftover.isEmpty, !isPeerFinished else { return close() }
        socket?.finishSending()
        phase = .lingering
        leftover.clear()
        setReadDeadline(site.options.timeouts.linger)
        discardInput()
    }

    private func discardInput() {
        guard phase == .lingering else { return }
        let buffer = site.loop.readBuffer
        for _ in 0..<Self.discardsPerTurn where mayReceive {
            switch try? socket?.receive(into: buffer) {
            case .bytes(let count) where count > 0: continue
            case .wouldBlock: mayReceive = false
            default: return close()
            }
        }
        if mayReceive { site.loop.submit { self.assumeIsolated { $0.discardInput() } } }
    }

    /// Ends the connection now. Whoever waits on it is woken and finds it closed.
    func close() {
        guard phase != .closed else { return }
        phase = .closed
        if let id {
            socket?.deregister(id, from: site.loop)
            site.connectionClosed(id)
        }
        socket = nil
        task?.cancel()
        wakeInput()
        wakeOutput()
    }

    /// The server is going down: idle connections stay for a moment, in case a request is on its way.
    func drain() {
        switch phase {
        case .fresh, .idle:
            setReadDeadline(site.options.timeouts.drainIdle)
        case .serving:
            // An upgraded connection can say goodbye in its protocol.
            wakeInput()
        case .receivingHead, .finishing, .lingering, .closed:
            break
        }
    }

    /// The connection has nothing to do: it keeps no memory either.
    func releaseMemory() {
        if output.isEmpty { site.giveBack(output.takeMemory()) }
    }
}

/// Counts the requests of a connection, so that a writer or a body that outlives its request is told apart.
struct RequestNumber: Sendable, Hashable {
    private var value: UInt32 = 0

    mutating func advance() { value &+= 1 }
}
