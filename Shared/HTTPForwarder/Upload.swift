internal import HTTPMessages
internal import HTTPServer
internal import Platform

/// Passes a request's body on to the upstream server as the client sends it.
struct Upload: Sendable {
    let body: HTTPRequestBody
    /// Held as long as anything of the exchange is under way.
    let lease: UpstreamLease
    private var connection: UpstreamConnection { lease.connection }

    private enum Step: Sendable {
        case sent
        case answered(UpstreamResponse)
    }

    /// Sends head and body while it waits for the answer, which may come before the end of the body; then `isSent` is false
    /// and the rest of the body is still to be read. Throws `UpstreamError`, and what reading the body throws.
    func exchange(_ method: HTTPMethod, _ head: [UInt8]) async throws -> (UpstreamResponse, isSent: Bool) {
        try await connection.begin(method, head, isUpload: true)
        return try await withThrowingTaskGroup(of: Step.self) { group in
            group.addTask(executorPreference: connection.loop) { .answered(try await connection.receiveHead()) }
            group.addTask(executorPreference: connection.loop) {
                do {
                    try await send()
                } catch is UpstreamError {
                    // It takes no more; it may have said why.
                }
                await connection.uploadEnded()
                return .sent
            }
            var isSent = false
            defer { group.cancelAll() }
            while let step = try await group.next() {
                switch step {
                case .sent: isSent = true
                case .answered(let response): return (response, isSent)
                }
            }
            throw UpstreamError.closedBeforeResponse
        }
    }

    /// For servers that answer while they read: goes on sending, and passes the answer back at the same time.
    func sendRest(whilePassingAnswerTo writer: HTTPBodyWriter) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask(executorPreference: connection.loop) { try await send() }
            group.addTask(executorPreference: connection.loop) {
                while let chunk = try await connection.nextBodyChunk() { try await writer.write(chunk) }
            }
            do {
                try await group.waitForAll()
            } catch {
                group.cancelAll()
                throw error
            }
        }
    }

    /// Sends what is left of the body. When it is cancelled, no byte of the body is lost: sending can go on later.
    private func send() async throws {
        let isChunked = body.declaredLength == nil
        var chunks = body.makeAsyncIterator()
        while let chunk = try await chunks.next(isolation: #isolation) {
            try await connection.sendBody(isChunked ? framed(chunk) : chunk)
        }
        if isChunked { try await connection.sendBody(Array("0\r\n\r\n".utf8)) }
    }

    private func framed(_ chunk: [UInt8]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(chunk.count + 20)
        HTTPSerializer.appendChunk(chunk, to: &bytes)
        return bytes
    }
}
