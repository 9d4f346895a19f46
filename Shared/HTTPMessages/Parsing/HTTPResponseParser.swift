/// Reads responses from bytes as they arrive (RFC 9112), with the strictness of the request parser: what an upstream sends
/// is passed on to clients, so it must mean one thing only.
///
/// Tell it the method of each request with `expectResponse(to:)` before its response arrives; the method decides whether
/// there is a body.
package struct HTTPResponseParser: Sendable {
    package enum Event: Sendable {
        /// The input is used up.
        case needsInput
        /// An interim response (1xx but not 101); the real one follows.
        case interim(HTTPResponseHead)
        /// The head and how its body is delimited. After `.upgraded` the rest of the input belongs to the new protocol.
        case head(HTTPResponseHead, HTTPBodyKind)
        /// Body bytes, at this place in the input.
        case body(Range<Int>)
        /// The response is complete.
        case end(trailers: HTTPFields)
        /// Not a response; comes again on every further call.
        case failure(HTTPParseFailure)
    }

    private enum State: Sendable {
        case statusLine
        case fields
        case body
        case upgraded
        case failed(HTTPParseFailure)
    }

    package var limits: HTTPParserLimits
    private var state = State.statusLine
    private var lines = HTTPLineReader()
    private var status = HTTPStatus.ok
    private var versionMinor = 1
    private var block = HTTPFieldBlock()
    private var body = HTTPBodyReader(.none)
    private var requestMethod: HTTPMethod
    private var interimCount = 0

    package init(requestMethod: HTTPMethod = .get, limits: HTTPParserLimits = HTTPParserLimits()) {
        self.requestMethod = requestMethod
        self.limits = limits
    }

    /// Whether nothing of a response has arrived.
    package var isIdle: Bool {
        if case .statusLine = state { lines.pending.isEmpty && interimCount == 0 } else { false }
    }

    /// Prepares for the response to the next request on the connection.
    package mutating func expectResponse(to method: HTTPMethod) {
        requestMethod = method
    }

    /// The next event in `input` from `offset` on; `offset` is moved behind the bytes used.
    package mutating func next(in input: UnsafeRawBufferPointer, at offset: inout Int) -> Event {
        while true {
            switch state {
            case .statusLine, .fields:
                if let event = readHeadLine(in: input, at: &offset) { return event }
            case .body:
                switch body.next(in: input, at: &offset, lines: &lines, limits: limits) {
                case .needsInput: return .needsInput
                case .body(let range): return .body(range)
                case .failure(let failure): return fail(failure)
                case .end(let trailers): return end(trailers)
                }
            case .upgraded:
                return .needsInput
            case .failed(let failure):
                return .failure(failure)
            }
        }
    }

    /// To be called when the connection closes: ends a body that lasts until then, or says that the response is incomplete.
    package mutating func endOfInput() -> Event {
        if case .body = state, body.endsAtClose { return end([:]) }
        if case .failed(let failure) = state { return .failure(failure) }
        return fail(.incomplete)
    }

    private mutating func end(_ trailers: HTTPFields) -> Event {
        state = .statusLine
        interimCount = 0
        return .end(trailers: trailers)
    }

    private mutating func fail(_ failure: HTTPParseFailure) -> Event {
        lines.clear()
        block = HTTPFieldBlock()
        state = .failed(failure)
        return .failure(failure)
    }

    private mutating func readHeadLine(in input: UnsafeRawBufferPointer, at offset: inout Int) -> Event? {
        let isFirst = if case .statusLine = state { true } else { false }
        let bytesMax = isFirst ? limits.startLineBytesMax : block.lineBytesMax(limits)
        switch lines.next(in: input, at: &offset, bytesMax: bytesMax) {
        case .needsInput: return .needsInput
        case .tooLong: return fail(isFirst ? .malformedStatusLine : .fieldsTooLarge)
        case .bareLineFeed: return fail(.bareLineFeed)
        case .direct(let range): return use(UnsafeRawBufferPointer(rebasing: input[range]), isFirst: isFirst)
        case .assembled: return lines.take().withUnsafeBytes { use($0, isFirst: isFirst) }
        }
    }

    private mutating func use(_ line: UnsafeRawBufferPointer, isFirst: Bool) -> Event? {
        if !isFirst {
            if line.isEmpty { return finishHead() }
            return block.add(line, limits: limits).map { fail($0) }
        }
        guard parse(statusLine: line) else { return fail(.malformedStatusLine) }
        block = HTTPFieldBlock()
        state = .fields
        return nil
    }

    /// `HTTP/1.1 200 OK`; the phrase, and the space before it, may be missing, as many servers leave them out.
    private mutating func parse(statusLine line: UnsafeRawBufferPointer) -> Bool {
        guard line.count >= 12, let minor = HTTPVersion.minor(UnsafeRawBufferPointer(rebasing: line[..<8])),
            line[8] == ASCII.space, line[9..<12].allSatisfy(ASCII.isDigit)
        else { return false }
        let code = line[9..<12].reduce(0) { $0 * 10 + Int($1 &- ASCII.zero) }
        guard (100...599).contains(code) else { return false }
        if line.count > 12 {
            guard line[12] == ASCII.space, ASCII.isFieldContent(UnsafeRawBufferPointer(rebasing: line[13...])) else {
                return false
            }
        }
        status = HTTPStatus(code)
        versionMinor = minor
        return true
    }

    private mutating func finishHead() -> Event {
        let head = HTTPResponseHead(status: status, fields: block.fields, versionMinor: versionMinor)
        let kind: HTTPBodyKind
        switch block.bodyKind(versionMinor: versionMinor) {
        case .failure(let failure): return fail(failure)
        case .success(let framing): kind = framing
        }
        block = HTTPFieldBlock()
        if status == .switchingProtocols {
            state = .upgraded
            return .head(head, .upgraded)
        }
        if status.isInformational {
            interimCount += 1
            if interimCount > limits.interimResponsesMax { return fail(.tooManyInterimResponses) }
            state = .statusLine
            return .interim(head)
        }
        let hasNoBody = status.forbidsBody || requestMethod == .head
        let actual = hasNoBody ? .none : kind == .none ? .untilClose : kind
        body = HTTPBodyReader(actual)
        state = .body
        return .head(head, actual)
    }
}
