internal import HTTPMessages
internal import Logs
internal import Platform

extension HTTPConnection {
    /// Bodies up to this size are put behind their head and leave in the same system call.
    private static let joinedBytesMax = 65_536
    /// What one call of sendfile(2) may move before other connections get their turn.
    private static let fileBytesPerCall = 1_048_576

    /// Sends a response; returns when it is in the output or the connection is closed.
    func send(_ response: consuming HTTPResponse, to request: HTTPRequest) async {
        let framing = ResponseFraming(
            method: current.method, minorVersion: request.head.versionMinor, status: response.status,
            body: response.body)
        if framing.length == .untilClose || mustCloseForBody || site.isDraining { current.mustClose = true }
        guard appendHead(of: response, framing, request) else { return }
        switch response.body.content {
        case .none:
            break
        case .bytes(let bytes) where framing.sendsBody:
            current.bodyBytesSent = Int64(bytes.count)
            if bytes.count <= Self.joinedBytesMax { output.append(bytes) } else { await send(bytes) }
        case .file(let slice) where framing.sendsBody:
            await send(slice)
        case .stream(let body) where framing.sendsBody:
            await run(body, framing.length)
        case .upgrade(let speak):
            await run(speak)
        case .bytes, .file, .stream:
            break
        }
    }

    /// A body that will not be read to its end makes the connection useless for a next request.
    private var mustCloseForBody: Bool {
        guard !current.isBodyComplete else { return false }
        // Who waits for 100 Continue may or may not send the body after another answer: no way to tell.
        if current.expectsContinue || current.isInputLate { return true }
        guard let length = current.declaredLength else { return false }
        return length - current.bodyBytesReceived > site.options.unreadBodyBytesMax
    }

    /// Puts the head into the output. A field that cannot be written (a line end in a value) is our own mistake, but one
    /// that input may provoke: it becomes a 500.
    private func appendHead(
        of response: borrowing HTTPResponse, _ framing: ResponseFraming, _ request: HTTPRequest
    ) -> Bool {
        if output.isEmpty { output.use(memory: site.takeBuffer()) }
        let option = connectionOption(request, response)
        let isWritten = output.append { bytes in
            ResponseHeadWriter(site: site).append(
                response, framing: framing.length, connection: option, context: request.context, to: &bytes)
        }
        guard isWritten else {
            site.logger.error(
                "response fields refused",
                [("request.id", request.context.requestID), ("http.route", request.context.routeTemplate ?? "none")])
            current.mustClose = true
            output.append { $0.append(contentsOf: ResponseHeadWriter.internalError) }
            return false
        }
        return true
    }

    private func connectionOption(_ request: HTTPRequest, _ response: borrowing HTTPResponse) -> ConnectionOption {
        if case .upgrade = response.body.content { return .upgrade }
        if current.mustClose { return .close }
        return request.head.versionMinor == 0 ? .keepAlive : .unsaid
    }

    private func send(_ bytes: [UInt8]) async {
        var position = 0
        while position < bytes.count, phase == .serving {
            let end = min(bytes.count, position + Self.joinedBytesMax)
            output.append(bytes[position..<end])
            position = end
            sendOutput()
            if !output.isEmpty { await waitForOutput() }
        }
    }

    private func send(_ slice: FileSlice) async {
        var offset = slice.offset
        let end = slice.offset + slice.count
        while offset < end, phase == .serving {
            // The head goes first; then the kernel moves the file by itself.
            sendOutput()
            guard output.isEmpty else {
                await waitForOutput()
                continue
            }
            let count = Int(min(end - offset, Int64(Self.fileBytesPerCall)))
            switch try? socket?.send(file: slice.file.descriptor, offset: offset, count: count) {
            case .bytes(let sent) where sent > 0:
                offset += Int64(sent)
                current.bodyBytesSent += Int64(sent)
                clearWriteDeadline()
                if offset < end { await site.loop.nextTurn() }
            case .wouldBlock:
                isFileBlocked = true
                setWriteDeadline()
                await waitForOutput()
                isFileBlocked = false
            default:
                // The file became shorter than promised, or the client went away.
                close()
            }
        }
    }
}

// MARK: - Streams

extension HTTPConnection {
    private func run(_ body: StreamedBody, _ length: ResponseFraming.Length) async {
        current.writing =
            switch length {
            case .counted(let count): .counted(count)
            case .chunked: .chunked
            case .untilClose, .unmarked: .raw
            }
        current.heartbeat = body.heartbeat
        restartHeartbeat()
        flushAtEndOfTurn()
        site.recorder.streamOpened()
        defer { site.recorder.streamClosed() }
        do {
            try await body.produce(HTTPBodyWriter(connection: self, request: current.number))
        } catch {
            // The head is gone already: the only way to say that something failed is to break off.
            if phase == .serving, !isPeerFinished {
                site.logger.warning("stream broken off", [("error.type", "\(type(of: error))"), ("error", "\(error)")])
            }
            close()
        }
        endStream()
    }

    private func endStream() {
        deadlines.heartbeat = .distantFuture
        current.heartbeat = nil
        let writing = current.writing
        current.writing = .none
        guard phase == .serving else { return }
        switch writing {
        case .chunked: output.append { $0.append(literal: "0\r\n\r\n") }
        case .counted(let missing) where missing > 0:
            site.logger.error("stream shorter than its length", [("bytes.missing", "\(missing)")])
            close()
        case .counted, .raw, .none: break
        }
    }

    /// Appends a piece of the streamed body and waits while too much is unsent.
    func writeBody(_ bytes: [UInt8], of request: RequestNumber) async throws {
        guard phase != .closed else { throw HTTPConnectionError.closed }
        guard request == current.number, current.writing != .none else { throw HTTPConnectionError.requestIsOver }
        try Task.checkCancellation()
        guard !bytes.isEmpty else { return }
        switch current.writing {
        case .chunked:
            output.append { HTTPSerializer.appendChunk(bytes, to: &$0) }
        case .counted(let missing):
            guard bytes.count <= missing else { throw HTTPConnectionError.bodyTooLong }
            current.writing = .counted(missing - Int64(bytes.count))
            output.append(bytes)
        case .raw, .none:
            output.append(bytes)
        }
        current.bodyBytesSent += Int64(bytes.count)
        restartHeartbeat()
        try await keepOutputBounded()
    }

    private func keepOutputBounded() async throws {
        guard output.count > site.options.outputBytesMax else { return flushAtEndOfTurn() }
        sendOutput()
        while output.count > site.options.outputBytesMax {
            await waitForOutput()
            try Task.checkCancellation()
            guard phase == .serving else { throw HTTPConnectionError.closed }
        }
        guard phase == .serving else { throw HTTPConnectionError.closed }
    }

    private func restartHeartbeat() {
        guard let heartbeat = current.heartbeat else { return }
        deadlines.heartbeat = site.loop.now + heartbeat.interval
        askForCall()
    }

    func sendHeartbeat() {
        guard let heartbeat = current.heartbeat else { return }
        // Nothing piles up on a client that does not read; the write deadline deals with it.
        if output.isEmpty {
            output.append { bytes in
                if current.writing == .chunked {
                    HTTPSerializer.appendChunk(heartbeat.bytes, to: &bytes)
                } else {
                    bytes.append(contentsOf: heartbeat.bytes)
                }
            }
            sendOutput()
        }
        restartHeartbeat()
    }
}

// MARK: - Other protocols

extension HTTPConnection {
    private func run(_ speak: @Sendable (UpgradedConnection) async throws -> Void) async {
        current.isBodyComplete = true
        current.mustClose = true
        current.needsLinger = true
        current.writing = .raw
        flushAtEndOfTurn()
        site.recorder.streamOpened()
        defer { site.recorder.streamClosed() }
        do {
            try await speak(UpgradedConnection(connection: self, request: current.number))
        } catch {
            // How a protocol ends is said in the protocol; a peer that just goes away is nothing to report.
            site.logger.debug("upgraded connection ended", [("error.type", "\(type(of: error))")])
        }
        current.writing = .none
    }

    func finishRaw(of request: RequestNumber) async throws {
        guard request == current.number, phase == .serving else { throw HTTPConnectionError.closed }
        while !output.isEmpty {
            sendOutput()
            if !output.isEmpty { await waitForOutput() }
            guard phase == .serving else { throw HTTPConnectionError.closed }
        }
        socket?.finishSending()
    }
}
