internal import HTTPMessages
internal import Platform

/// A response's head and, when all of it came along, its body.
struct UpstreamResponse: Sendable {
    let head: HTTPResponseHead
    let kind: HTTPBodyKind
    /// nil: to be read with `nextBodyChunk`.
    let body: [UInt8]?
}

extension UpstreamConnection {
    /// Sends a request's head (and a body that is complete). Throws `UpstreamError`.
    func begin(_ method: HTTPMethod, _ bytes: [UInt8], isUpload: Bool = false) throws {
        guard phase == .open else { throw UpstreamError.closedBeforeResponse }
        hasResponse = false
        isComplete = false
        keepsAlive = true
        isUploading = isUpload
        parser.expectResponse(to: method)
        output.append(bytes)
        sendOutput()
    }

    /// `begin` and `receiveHead` in one: the usual case costs one call. Throws `UpstreamError`.
    func exchange(_ method: HTTPMethod, _ bytes: [UInt8]) async throws -> UpstreamResponse {
        try begin(method, bytes)
        return try await receiveHead()
    }

    /// Sends a piece of the request's body; waits until the socket has taken it. Throws `UpstreamError`.
    func sendBody(_ bytes: [UInt8]) async throws {
        guard phase == .open else { throw UpstreamError.closedBeforeResponse }
        // Before the first suspension, so that a cancelled task leaves nothing unsent behind.
        output.append(bytes)
        try await drainOutput(within: options.idleLimit)
    }

    /// The request's body has been sent: from now on the server is expected to answer.
    func uploadEnded() {
        isUploading = false
        limitInput(options.headLimit)
    }

    /// Waits for the head of the response; interim responses are passed over. Throws `UpstreamError`.
    func receiveHead() async throws -> UpstreamResponse {
        while true {
            if let response = try receiveHeadNow() { return response }
            try await waitForInput(within: isUploading ? nil : options.headLimit)
        }
    }

    /// The next piece of the response's body; nil at its end. Throws `UpstreamError`.
    func nextBodyChunk() async throws -> [UInt8]? {
        while !isComplete {
            if let chunk = try receiveBodyNow() {
                // The read was a full one, so more is there: others first.
                if mayReceive { await loop.nextTurn() }
                return chunk
            }
            if !isComplete { try await waitForInput(within: options.idleLimit) }
        }
        return nil
    }

    /// The connection has to end with this response.
    func doNotReuse() {
        keepsAlive = false
    }

    // MARK: Tunnels

    /// The next bytes after a 101; nil at the end of the stream. Throws `UpstreamError`.
    func receiveRaw() async throws -> [UInt8]? {
        while true {
            if !leftover.isEmpty { return leftover.takeAll() }
            if mayReceive, let count = receiveBytes() {
                let bytes = Array(loop.readBuffer[..<count])
                if mayReceive, count > 0 { await loop.nextTurn() }
                return count == 0 ? nil : bytes
            }
            guard phase == .open else { throw UpstreamError.closedInResponse }
            try await waitForInput(within: nil)
        }
    }

    /// Sends bytes after a 101; waits until the socket has taken them. Throws `UpstreamError`.
    func sendRaw(_ bytes: [UInt8]) async throws {
        guard phase == .open else { throw UpstreamError.closedInResponse }
        output.append(bytes)
        try await drainOutput(within: options.idleLimit)
    }
}

// MARK: - Parsing

extension UpstreamConnection {
    private func receiveHeadNow() throws -> UpstreamResponse? {
        if !leftover.isEmpty, let response = try leftover.consume({ try parseHead($0, &$1) }) { return response }
        while mayReceive {
            guard let count = receiveBytes() else { break }
            guard count > 0 else { close(); break }
            hasResponse = true
            let bytes = UnsafeRawBufferPointer(rebasing: loop.readBuffer[..<count])
            var used = 0
            let response = try parseHead(bytes, &used)
            if used < count { leftover.store(UnsafeRawBufferPointer(rebasing: bytes[used...])) }
            if let response { return response }
        }
        guard phase == .open else { throw hasResponse ? UpstreamError.closedInResponse : .closedBeforeResponse }
        return nil
    }

    private func parseHead(_ bytes: UnsafeRawBufferPointer, _ used: inout Int) throws -> UpstreamResponse? {
        while true {
            switch parser.next(in: bytes, at: &used) {
            case .interim: continue
            case .head(let head, let kind):
                keepsAlive = head.keepsAlive
                return UpstreamResponse(head: head, kind: kind, body: try bodyThatCameAlong(kind, bytes, &used))
            case .needsInput, .body, .end: return nil
            case .failure(let failure): throw fail(failure)
            }
        }
    }

    private func bodyThatCameAlong(
        _ kind: HTTPBodyKind, _ bytes: UnsafeRawBufferPointer, _ used: inout Int
    ) throws -> [UInt8]? {
        switch kind {
        case .none:
            return try parseBody(bytes, &used)
        case .length(let length) where length <= Int64(bytes.count - used) && length <= options.joinedBodyBytesMax:
            return try parseBody(bytes, &used)
        case .length, .chunked, .untilClose, .upgraded:
            return nil
        }
    }

    private func receiveBodyNow() throws -> [UInt8]? {
        if !leftover.isEmpty {
            let chunk = try leftover.consume { try parseBody($0, &$1) }
            if !chunk.isEmpty || isComplete { return chunk.isEmpty ? nil : chunk }
        }
        while mayReceive, !isComplete {
            guard let count = receiveBytes() else { break }
            guard count > 0 else {
                try endOfInput()
                return nil
            }
            let bytes = UnsafeRawBufferPointer(rebasing: loop.readBuffer[..<count])
            var used = 0
            let chunk = try parseBody(bytes, &used)
            if used < count { leftover.store(UnsafeRawBufferPointer(rebasing: bytes[used...])) }
            if !chunk.isEmpty { return chunk }
        }
        guard phase == .open || isComplete else { throw UpstreamError.closedInResponse }
        return nil
    }

    private func parseBody(_ bytes: UnsafeRawBufferPointer, _ used: inout Int) throws -> [UInt8] {
        var chunk: [UInt8] = []
        while true {
            switch parser.next(in: bytes, at: &used) {
            case .body(let range): chunk.append(contentsOf: bytes[range])
            case .end:
                isComplete = true
                return chunk
            case .needsInput, .head, .interim: return chunk
            case .failure(let failure): throw fail(failure)
            }
        }
    }

    /// The server closed: the proper end of a body without a length, a failure otherwise.
    private func endOfInput() throws {
        let event = parser.endOfInput()
        close()
        guard case .end = event else { throw UpstreamError.closedInResponse }
        isComplete = true
    }

    private func fail(_ failure: HTTPParseFailure) -> UpstreamError {
        close()
        return .malformed(failure)
    }
}
