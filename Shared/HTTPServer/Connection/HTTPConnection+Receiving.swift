internal import HTTPMessages
internal import JSONCoding
internal import Platform

/// A complete head and what is known about its body.
struct ReceivedHead {
    enum Body {
        case none
        /// It came with the head.
        case complete([UInt8])
        /// It is still to be read; the length is nil for a chunked body.
        case expected(length: Int64?)
    }

    let head: HTTPRequestHead
    let body: Body
}

extension HTTPConnection {
    /// A body that arrived in the same read as its head is taken along up to this size.
    private static let joinedBodyBytesMax: Int64 = 65_536

    // MARK: Heads

    /// The next complete head, from bytes that are here or can be received now. Without one the connection is idle, waits
    /// for the rest of a head, or is closed; deadlines are set for that.
    func receiveHead() -> ReceivedHead? {
        if !leftover.isEmpty, let result = parseLeftoverHead() { return use(result) }
        let buffer = site.loop.readBuffer
        while mayReceive {
            guard let count = receiveBytes(into: buffer) else { break }
            guard count > 0 else {
                endOfInput()
                return nil
            }
            let bytes = UnsafeRawBufferPointer(rebasing: buffer[..<count])
            var used = 0
            if let result = parseHead(bytes, &used) {
                if used < count { leftover.store(UnsafeRawBufferPointer(rebasing: bytes[used...])) }
                return use(result)
            }
        }
        guard phase != .closed else { return nil }
        waitForHead()
        return nil
    }

    private enum HeadResult {
        case received(ReceivedHead)
        case failure(HTTPParseFailure)
    }

    private func use(_ result: HeadResult) -> ReceivedHead? {
        switch result {
        case .received(let head):
            deadlines.read = .distantFuture
            return head
        case .failure(let failure):
            rejectInput(failure)
            return nil
        }
    }

    private func parseLeftoverHead() -> HeadResult? {
        leftover.consume { parseHead($0, &$1) }
    }

    /// Reads a head, and its body too when all of it is there.
    private func parseHead(_ bytes: UnsafeRawBufferPointer, _ used: inout Int) -> HeadResult? {
        switch parser.next(in: bytes, at: &used) {
        case .head(let head, let kind):
            switch kind {
            case .none, .length(0), .untilClose, .upgraded:
                // The end of a body without bytes follows at once.
                _ = parser.next(in: bytes, at: &used)
                return .received(ReceivedHead(head: head, body: .none))
            case .length(let length):
                guard length <= Int64(bytes.count - used), length <= Self.joinedBodyBytesMax,
                    length <= parser.limits.bodyBytesMax
                else { return .received(ReceivedHead(head: head, body: .expected(length: length))) }
                let body = Array(bytes[used..<used + Int(length)])
                _ = parser.next(in: bytes, at: &used)
                _ = parser.next(in: bytes, at: &used)
                return .received(ReceivedHead(head: head, body: .complete(body)))
            case .chunked:
                return .received(ReceivedHead(head: head, body: .expected(length: nil)))
            }
        case .needsInput, .body, .end:
            return nil
        case .failure(let failure):
            return .failure(failure)
        }
    }

    /// No complete head is here: wait for one, with the deadline that fits.
    private func waitForHead() {
        let timeouts = site.options.timeouts
        if parser.phase != .idle {
            // The deadline runs from the first byte, whatever trickles in later.
            if phase != .receivingHead, phase != .fresh { setReadDeadline(timeouts.head) }
            phase = .receivingHead
        } else if phase != .fresh {
            phase = .idle
            releaseMemory()
            if site.isDraining { drain() } else { setReadDeadline(timeouts.keepAlive) }
        }
    }

    /// The client sends no more. Between requests that is a normal end.
    private func endOfInput() {
        isPeerFinished = true
        finish()
    }

    /// Answers what is no request, or came too slowly, and closes.
    func rejectInput(_ failure: HTTPParseFailure) {
        current.begin()
        current.mustClose = true
        current.needsLinger = true
        site.recorder.recordRejected(failure)
        let context = RequestContext(eventLoop: site.loop, peer: peer)
        let problem = Problem(failure)
        let body = problem.json(requestID: context.requestID, instance: nil).serialized()
        let response = HTTPResponse.bytes(body, contentType: Problem.contentType, status: problem.status)
        _ = output.append { bytes in
            ResponseHeadWriter(site: site).append(
                response, framing: .counted(Int64(body.count)), connection: .close, context: context, to: &bytes)
        }
        output.append(body)
        finish()
    }

    /// Receives into the loop's buffer: the count (zero at the end of the stream), or nil when nothing can be received now
    /// or the connection broke.
    func receiveBytes(into buffer: UnsafeMutableRawBufferPointer) -> Int? {
        do {
            switch try socket?.receive(into: buffer) {
            case .bytes(let count):
                // A short read has emptied the socket; the loop tells of anything that comes after. A pending end of the
                // stream was told already, so it must be read now.
                if count < buffer.count, !isPeerFinished { mayReceive = false }
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

    // MARK: Bodies

    /// The next piece of the body of the given request; nil at its end.
    func nextBodyChunk(of request: RequestNumber) async throws -> [UInt8]? {
        while true {
            guard phase == .serving else { throw HTTPConnectionError.closed }
            guard request == current.number else { throw HTTPConnectionError.requestIsOver }
            if current.isBodyComplete { return nil }
            if let chunk = try receiveBodyChunk() {
                // The read was a full one, so more is there: others first.
                if mayReceive { await site.loop.nextTurn() }
                return chunk
            }
            if current.isBodyComplete { continue }
            try Task.checkCancellation()
            let waitMax = current.bodyWaitMax(site.options.timeouts)
            if current.isInputLate || waitMax <= .zero { throw badBody(.timedOut) }
            if current.expectsContinue {
                current.expectsContinue = false
                output.append { $0.append(literal: "HTTP/1.1 100 Continue\r\n\r\n") }
                sendOutput()
            }
            setReadDeadline(waitMax)
            let waitBegan = MonotonicInstant.now
            await waitForInput()
            if request == current.number { current.bodyWait += MonotonicInstant.now - waitBegan }
            deadlines.read = .distantFuture
        }
    }

    /// A piece of the body from bytes that are here or can be received now; nil when there are none.
    private func receiveBodyChunk() throws -> [UInt8]? {
        if !leftover.isEmpty {
            let chunk = try leftover.consume { try parseBody($0, &$1) }
            if !chunk.isEmpty { return chunk }
        }
        let buffer = site.loop.readBuffer
        while mayReceive, !current.isBodyComplete {
            guard let count = receiveBytes(into: buffer) else { break }
            guard count > 0 else {
                isPeerFinished = true
                current.mustClose = true
                throw HTTPConnectionError.closed
            }
            let bytes = UnsafeRawBufferPointer(rebasing: buffer[..<count])
            var used = 0
            let chunk = try parseBody(bytes, &used)
            if used < count { leftover.store(UnsafeRawBufferPointer(rebasing: bytes[used...])) }
            if !chunk.isEmpty { return chunk }
        }
        guard phase == .serving else { throw HTTPConnectionError.closed }
        return nil
    }

    /// All body bytes in the input, joined: chunks of a chunked body may be tiny.
    private func parseBody(_ bytes: UnsafeRawBufferPointer, _ used: inout Int) throws -> [UInt8] {
        var chunk: [UInt8] = []
        while true {
            switch parser.next(in: bytes, at: &used) {
            case .body(let range):
                current.bodyBytesReceived += Int64(range.count)
                chunk.append(contentsOf: bytes[range])
            case .end:
                current.isBodyComplete = true
                return chunk
            case .needsInput, .head:
                return chunk
            case .failure(let failure):
                throw badBody(failure)
            }
        }
    }

    /// After a body that is no body, nobody knows where the next request begins.
    private func badBody(_ failure: HTTPParseFailure) -> Problem {
        current.mustClose = true
        current.needsLinger = true
        return Problem(failure)
    }

    /// Reads and throws away what a handler left unread, within bounds; beyond them the connection has to end.
    func discardBody() async {
        if current.mustClose || current.expectsContinue {
            current.mustClose = true
            current.needsLinger = true
            return
        }
        let limit = current.bodyBytesReceived + site.options.unreadBodyBytesMax
        do {
            while try await nextBodyChunk(of: current.number) != nil {
                if current.bodyBytesReceived > limit { break }
            }
        } catch {
            current.mustClose = true
        }
        if !current.isBodyComplete {
            current.mustClose = true
            current.needsLinger = true
        }
    }

    // MARK: Other protocols

    /// Received bytes of an upgraded connection, as they are.
    func receiveRaw(within limit: Duration?, of request: RequestNumber) async throws -> UpgradedConnection.Received {
        let deadline = limit.map { site.loop.now + $0 }
        while true {
            guard phase == .serving else { throw HTTPConnectionError.closed }
            guard request == current.number else { throw HTTPConnectionError.requestIsOver }
            if let bytes = receiveAnything() {
                if mayReceive, !bytes.isEmpty { await site.loop.nextTurn() }
                return bytes.isEmpty ? .end : .bytes(bytes)
            }
            guard phase == .serving else { throw HTTPConnectionError.closed }
            try Task.checkCancellation()
            if site.isDraining, !current.isDrainTold {
                current.isDrainTold = true
                return .draining
            }
            if let deadline, site.loop.now >= deadline { return .idle }
            deadlines.read = deadline ?? .distantFuture
            askForCall()
            await waitForInput()
            deadlines.read = .distantFuture
        }
    }

    /// Empty at the end of the stream, nil when nothing is there.
    private func receiveAnything() -> [UInt8]? {
        if !leftover.isEmpty { return leftover.takeAll() }
        guard mayReceive else { return nil }
        let buffer = site.loop.readBuffer
        return receiveBytes(into: buffer).map { Array(buffer[..<$0]) }
    }
}
