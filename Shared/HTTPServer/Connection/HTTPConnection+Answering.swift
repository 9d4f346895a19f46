internal import HTTPMessages
internal import Platform

/// What the connection knows about the request it is answering.
struct CurrentRequest {
    var number = RequestNumber()
    var method = HTTPMethod.get
    var isBodyComplete = true
    var bodyBytesReceived: Int64 = 0
    /// For how long a handler has waited for bytes of the body.
    var bodyWait = Duration.zero
    var declaredLength: Int64?
    /// The client waits for `100 Continue` before it sends the body.
    var expectsContinue = false
    /// The read deadline passed while the handler waited for input.
    var isInputLate = false
    /// The connection ends after this answer.
    var mustClose = false
    /// The client may still be sending when the answer goes out.
    var needsLinger = false
    /// An upgraded connection was told that the server goes down.
    var isDrainTold = false
    /// What a writer may still do.
    var writing = BodyWriting.none
    var bodyBytesSent: Int64 = 0
    var heartbeat: Heartbeat?

    mutating func begin() {
        number.advance()
        isBodyComplete = true
        bodyBytesReceived = 0
        bodyWait = .zero
        expectsContinue = false
        isInputLate = false
        writing = .none
        bodyBytesSent = 0
        heartbeat = nil
    }

    /// How long the next wait for the body may last; nothing or less when the body has come too slowly.
    func bodyWaitMax(_ timeouts: HTTPServerOptions.Timeouts) -> Duration {
        let earned = Duration.seconds(Double(bodyBytesReceived) / Double(max(1, timeouts.bodyBytesPerSecondMin)))
        return min(timeouts.body, timeouts.body + earned - bodyWait)
    }
}

/// How the bytes of a streamed body go out.
enum BodyWriting: Equatable {
    /// There is no streamed body, or it has ended.
    case none
    case chunked
    /// Exactly so many more bytes.
    case counted(Int64)
    /// As they come, until the connection closes.
    case raw
}

extension HTTPConnection {
    /// Requests answered in one go before other connections get their turn.
    private static let requestsPerTurn = 32

    /// The life of the task: answers requests until no complete one is there.
    func serve(_ first: consuming ReceivedHead) async {
        var next: ReceivedHead? = first
        var answered = 0
        while let received = next.take() {
            await answer(received)
            guard phase == .serving else { break }
            if !current.isBodyComplete { await discardBody() }
            if current.mustClose {
                finish()
                break
            }
            answered += 1
            // Answers to pipelined requests leave together.
            if leftover.isEmpty || output.count > site.options.outputBytesMax { sendOutput() }
            if output.count > site.options.outputBytesMax { await waitForOutput() }
            if answered % Self.requestsPerTurn == 0 {
                flushAtEndOfTurn()
                await site.loop.nextTurn()
            }
            guard phase == .serving else { break }
            next = receiveHead()
        }
        sendOutput()
        endServing()
    }

    private func answer(_ received: consuming ReceivedHead) async {
        let started = site.loop.now
        current.begin()
        var request = makeRequest(received)
        let target = site.dispatcher.target(for: &request)
        parser.limits.bodyBytesMax = Int64(target.bodyBytesMax)
        // Earlier answers must not wait for a handler that suspends.
        flushAtEndOfTurn()
        let response: HTTPResponse
        do {
            if let length = request.body.declaredLength, length > target.bodyBytesMax { throw Problem.tooLarge() }
            response = try await target.handler(request)
        } catch {
            guard phase == .serving, !isAbandoned(by: error) else {
                site.recorder.record(.abandoned, request, started: started, bytesSent: 0)
                return close()
            }
            response = site.errors.response(to: error, for: request)
        }
        if phase == .serving { await send(response, to: request) }
        site.recorder.record(.answered(response.status), request, started: started, bytesSent: current.bodyBytesSent)
    }

    /// Whether the error only says that the client is gone, so that there is nobody to answer.
    private func isAbandoned(by error: any Error) -> Bool {
        (error is CancellationError || error is HTTPConnectionError) && isPeerFinished
    }

    private func makeRequest(_ received: consuming ReceivedHead) -> HTTPRequest {
        let head = received.head
        current.method = head.method
        current.mustClose = !head.keepsAlive || site.isDraining
        let body: HTTPRequestBody
        switch received.body {
        case .none:
            body = .empty
        case .complete(let bytes):
            body = HTTPRequestBody(bytes: bytes)
        case .expected(let length):
            current.isBodyComplete = false
            current.declaredLength = length
            current.expectsContinue = head.expectsContinue
            body = HTTPRequestBody(
                declaredLength: length, source: ConnectionBody(connection: self, request: current.number))
        }
        let context = RequestContext(
            eventLoop: site.loop, peer: peer, requestID: head.fields.first(.xRequestID).flatMap(RequestID.accepted),
            trace: head.fields.first(.traceparent).flatMap {
                TraceContext(traceparent: $0, traceState: head.fields.first(.tracestate))
            })
        return HTTPRequest(head: head, body: body, context: context)
    }
}

/// The body of one request, read from its connection.
private struct ConnectionBody: RequestBodySource {
    let connection: HTTPConnection
    let request: RequestNumber

    func nextBodyChunk() async throws -> [UInt8]? {
        try await connection.nextBodyChunk(of: request)
    }
}

/// Which names of requests are taken over from clients.
enum RequestID {
    private static let charactersMax = 128

    /// The text if it can stand in logs and fields as it is: short, printable, without spaces or quotes.
    static func accepted(_ text: String) -> String? {
        guard !text.isEmpty, text.utf8.count <= charactersMax else { return nil }
        let isPlain = text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "a")...UInt8(ascii: "z"):
                true
            default: "-_.:/+=@".utf8.contains(byte)
            }
        }
        return isPlain ? text : nil
    }
}
