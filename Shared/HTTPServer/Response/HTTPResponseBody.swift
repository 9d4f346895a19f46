internal import Platform

/// What follows the head of a response.
package struct HTTPResponseBody: Sendable {
    enum Content: Sendable {
        case none
        case bytes([UInt8])
        case file(FileSlice)
        case stream(StreamedBody)
        case upgrade(@Sendable (UpgradedConnection) async throws -> Void)
    }

    let content: Content

    /// No body at all.
    package static let none = HTTPResponseBody(content: .none)

    package static func bytes(_ bytes: [UInt8]) -> HTTPResponseBody {
        HTTPResponseBody(content: .bytes(bytes))
    }

    /// See `HTTPResponse.stream`.
    package static func stream(
        length: Int64? = nil, _ produce: @escaping @Sendable (HTTPBodyWriter) async throws -> Void
    ) -> HTTPResponseBody {
        HTTPResponseBody(content: .stream(StreamedBody(length: length, heartbeat: nil, produce: produce)))
    }

    /// After a response with status 101 (or 2xx to CONNECT) the connection carries another protocol, spoken by `speak`.
    /// When it returns or throws, the connection is closed.
    package static func upgrade(
        _ speak: @escaping @Sendable (UpgradedConnection) async throws -> Void
    ) -> HTTPResponseBody {
        HTTPResponseBody(content: .upgrade(speak))
    }

    static func file(_ slice: FileSlice) -> HTTPResponseBody {
        HTTPResponseBody(content: .file(slice))
    }

    static func events(_ body: StreamedBody) -> HTTPResponseBody {
        HTTPResponseBody(content: .stream(body))
    }

    /// The bytes, when they are all here; nil for files, streams and upgrades.
    package var bytes: [UInt8]? {
        switch content {
        case .none: []
        case .bytes(let bytes): bytes
        default: nil
        }
    }
}

/// A body that is written piece by piece.
struct StreamedBody: Sendable {
    let length: Int64?
    /// Bytes to send when nothing else was sent for so long.
    let heartbeat: Heartbeat?
    let produce: @Sendable (HTTPBodyWriter) async throws -> Void
}

struct Heartbeat: Sendable {
    let interval: Duration
    let bytes: [UInt8]
}

/// A part of an open file.
struct FileSlice: Sendable {
    let file: OpenFile
    let offset: Int64
    let count: Int64
}

/// Keeps a file open while a response needs it.
final class OpenFile: Sendable {
    let descriptor: FileDescriptor

    init(path: String) throws(SystemError) {
        descriptor = try .openForReading(path: path)
    }
}
