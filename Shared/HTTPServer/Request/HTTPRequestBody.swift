internal import HTTPMessages

/// The body of a request as a sequence of chunks.
///
/// A small body that arrived with the head is simply there. Any other is read from the connection as it is asked for:
/// while nobody asks, nothing is read, and the kernel makes the client wait. It can then be iterated once, by the request's
/// handler; iterating on after the handler has returned throws.
package final class HTTPRequestBody: AsyncSequence, Sendable {
    package typealias Element = [UInt8]

    enum Source: Sendable {
        case bytes([UInt8])
        case connection(any RequestBodySource)
    }

    /// The body of a request that has none.
    package static let empty = HTTPRequestBody(bytes: [])

    /// What Content-Length said; nil for a chunked body.
    package let declaredLength: Int64?
    let source: Source

    /// A body that is complete.
    package init(bytes: [UInt8]) {
        declaredLength = Int64(bytes.count)
        source = .bytes(bytes)
    }

    init(declaredLength: Int64?, source: any RequestBodySource) {
        self.declaredLength = declaredLength
        self.source = .connection(source)
    }

    /// The body if all of it is here already; nil when it has to be read.
    package var completeBytes: [UInt8]? {
        if case .bytes(let bytes) = source { bytes } else { nil }
    }

    /// Whether the request came without a body, or with one of no bytes.
    package var isEmpty: Bool {
        declaredLength == 0
    }

    /// The whole body. Throws `Problem` 413 as soon as it is known to be longer than `bytesMax`, 408 when it stops coming,
    /// and `HTTPConnectionError` when the client goes away. Runs on the caller's isolation.
    package func collect(upTo bytesMax: Int) async throws -> [UInt8] {
        if let declaredLength, declaredLength > bytesMax { throw Problem.tooLarge() }
        switch source {
        case .bytes(let bytes):
            return bytes
        case .connection(let connection):
            guard var collected = try await connection.nextBodyChunk() else { return [] }
            while collected.count <= bytesMax, let chunk = try await connection.nextBodyChunk() {
                collected += chunk
            }
            if collected.count > bytesMax { throw Problem.tooLarge() }
            return collected
        }
    }

    package func makeAsyncIterator() -> Iterator {
        Iterator(source: source)
    }

    package struct Iterator: AsyncIteratorProtocol {
        private var source: Source?

        init(source: Source) { self.source = source }

        // The plain `next()` of the protocol would run on the shared pool; this one stays on the caller's loop.
        package mutating func next(isolation actor: isolated (any Actor)?) async throws -> [UInt8]? {
            switch source {
            case .bytes(let bytes):
                source = nil
                return bytes.isEmpty ? nil : bytes
            case .connection(let connection):
                return try await connection.nextBodyChunk()
            case nil:
                return nil
            }
        }

        package mutating func next() async throws -> [UInt8]? {
            try await next(isolation: #isolation)
        }
    }
}

/// Where the chunks of a body come from.
protocol RequestBodySource: Sendable {
    /// The next chunk, never empty; nil at the end.
    func nextBodyChunk() async throws -> [UInt8]?
}

/// The connection cannot go on.
package enum HTTPConnectionError: Error, Sendable {
    /// The peer closed or reset the connection, or stopped reading for too long.
    case closed
    /// The handler of the request has returned already.
    case requestIsOver
    /// A streamed response wrote more than the length it had announced.
    case bodyTooLong
}
