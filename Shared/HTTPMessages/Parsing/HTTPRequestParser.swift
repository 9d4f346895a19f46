/// Reads requests from bytes as they arrive (RFC 9112), strictly: whatever two implementations might understand
/// differently is refused, for that is how requests are smuggled.
///
/// The caller keeps one read buffer and asks for the next event until `.needsInput`, which means that all of the input was
/// used; the parser holds back at most one cut line. After `.failure` the connection has to be closed. After `.end` the
/// next call starts the next request, so a caller that wants to answer first keeps the rest of its buffer.
///
/// The outcome does not depend on how the bytes are cut into pieces, except that a body comes in the pieces it arrives in.
package struct HTTPRequestParser: Sendable {
    package enum Event: Sendable {
        /// The input is used up.
        case needsInput
        /// A head and how its body is delimited. Set `limits.bodyBytesMax` now when the route has its own.
        case head(HTTPRequestHead, HTTPBodyKind)
        /// Body bytes, at this place in the input.
        case body(Range<Int>)
        /// The request is complete. Comes after every head.
        case end(trailers: HTTPFields)
        /// Not a request; comes again on every further call.
        case failure(HTTPParseFailure)
    }

    /// Where in a request the parser stands, for timeouts.
    package enum Phase: Sendable, Hashable {
        /// Between two requests, nothing received.
        case idle
        case head
        case body
        case failed
    }

    private enum State: Sendable {
        case requestLine
        case fields
        case body
        case failed(HTTPParseFailure)
    }

    /// May be changed between a head and its body.
    package var limits: HTTPParserLimits
    private var state = State.requestLine
    private var lines = HTTPLineReader()
    private var skippedEmptyLine = false
    /// Old clients send an empty line after a body (RFC 9112 section 2.2), and know only the classic methods; a connection
    /// that has used another one is not theirs.
    private var forgivesEmptyLine = true
    private var line = HTTPRequestLine()
    private var block = HTTPFieldBlock()
    private var body = HTTPBodyReader(.none)

    package init(limits: HTTPParserLimits = HTTPParserLimits()) {
        self.limits = limits
    }

    package var phase: Phase {
        switch state {
        case .requestLine: lines.pending.isEmpty ? .idle : .head
        case .fields: .head
        case .body: .body
        case .failed: .failed
        }
    }

    /// The next event in `input` from `offset` on; `offset` is moved behind the bytes used.
    package mutating func next(in input: UnsafeRawBufferPointer, at offset: inout Int) -> Event {
        while true {
            switch state {
            case .requestLine:
                if let event = readRequestLine(in: input, at: &offset) { return event }
            case .fields:
                if let event = readField(in: input, at: &offset) { return event }
            case .body:
                switch body.next(in: input, at: &offset, lines: &lines, limits: limits) {
                case .needsInput: return .needsInput
                case .body(let range): return .body(range)
                case .failure(let failure): return fail(failure)
                case .end(let trailers):
                    state = .requestLine
                    skippedEmptyLine = false
                    return .end(trailers: trailers)
                }
            case .failed(let failure):
                return .failure(failure)
            }
        }
    }

    /// What the end of the connection means: nothing between two requests, otherwise a failure.
    package func failureAtEndOfInput() -> HTTPParseFailure? {
        switch phase {
        case .idle: nil
        case .failed: if case .failed(let failure) = state { failure } else { nil }
        case .head, .body: .incomplete
        }
    }

    private mutating func fail(_ failure: HTTPParseFailure) -> Event {
        lines.clear()
        block = HTTPFieldBlock()
        state = .failed(failure)
        return .failure(failure)
    }

    private mutating func readRequestLine(in input: UnsafeRawBufferPointer, at offset: inout Int) -> Event? {
        // Neither a token nor an empty line begins so: do not wait for the rest of a TLS greeting.
        if lines.pending.isEmpty, offset < input.count, !ASCII.isTokenByte(input[offset]),
            input[offset] != ASCII.carriageReturn
        {
            return fail(input[offset] == ASCII.lineFeed ? .bareLineFeed : .invalidMethod)
        }
        switch lines.next(in: input, at: &offset, bytesMax: limits.startLineBytesMax) {
        case .needsInput: return .needsInput
        case .tooLong: return fail(.requestLineTooLong)
        case .bareLineFeed: return fail(.bareLineFeed)
        case .direct(let range): return use(requestLine: UnsafeRawBufferPointer(rebasing: input[range]))
        case .assembled: return lines.take().withUnsafeBytes { use(requestLine: $0) }
        }
    }

    private mutating func use(requestLine bytes: UnsafeRawBufferPointer) -> Event? {
        if bytes.isEmpty {
            if skippedEmptyLine || !forgivesEmptyLine { return fail(.malformedRequestLine) }
            skippedEmptyLine = true
            return nil
        }
        if let failure = line.parse(bytes) { return fail(failure) }
        if !line.hasClassicMethod {
            if skippedEmptyLine { return fail(.invalidMethod) }
            forgivesEmptyLine = false
        }
        block = HTTPFieldBlock()
        state = .fields
        return nil
    }

    private mutating func readField(in input: UnsafeRawBufferPointer, at offset: inout Int) -> Event? {
        switch lines.next(in: input, at: &offset, bytesMax: block.lineBytesMax(limits)) {
        case .needsInput: return .needsInput
        case .tooLong: return fail(.fieldsTooLarge)
        case .bareLineFeed: return fail(.bareLineFeed)
        case .direct(let range): return use(field: UnsafeRawBufferPointer(rebasing: input[range]))
        case .assembled: return lines.take().withUnsafeBytes { use(field: $0) }
        }
    }

    private mutating func use(field bytes: UnsafeRawBufferPointer) -> Event? {
        if bytes.isEmpty { return finishHead() }
        return block.add(bytes, limits: limits).map { fail($0) }
    }

    private mutating func finishHead() -> Event {
        if block.hostCount > 1 { return fail(.repeatedHost) }
        if let host = block.fields.first(.host) {
            if !HTTPHost.isValid(host) { return fail(.invalidHost) }
        } else if line.versionMinor > 0 {
            return fail(.missingHost)
        }
        if let host = line.targetHost { block.replaceHost(by: host) }
        switch block.bodyKind(versionMinor: line.versionMinor) {
        case .failure(let failure): return fail(failure)
        case .success(let kind):
            let head = line.head(fields: block.fields)
            block = HTTPFieldBlock()
            line = HTTPRequestLine()
            body = HTTPBodyReader(kind)
            state = .body
            return .head(head, kind)
        }
    }
}
