package import Platform

/// Files by name: uploads, pictures, generated documents.
///
/// An object appears complete and durable, or not at all; replacing one is atomic, and who reads the old one goes on reading
/// it. Nothing here blocks the caller's executor. Methods throw ``ObjectStoreError``.
package protocol ObjectStore: Sendable {
    /// Begins an object. It appears under its name when the writer is finished.
    func makeWriter(_ key: ObjectKey, contentType: String) async throws -> any ObjectWriter

    /// Stores the file at `path`, which is moved where that is possible and in any case gone after success.
    @discardableResult
    func put(_ key: ObjectKey, movingFileAt path: String, contentType: String) async throws -> ObjectMetadata

    /// What is known about the object, or `nil` when there is none.
    func metadata(_ key: ObjectKey) async throws -> ObjectMetadata?

    /// The object's bytes, or those of `range` (clipped to the end), as a stream; `nil` when there is none.
    ///
    /// Throws `.invalidRange` when the range is empty or begins behind the end.
    func get(_ key: ObjectKey, range: Range<Int64>?) async throws -> ObjectContent?

    /// Where the object, or a copy of it, lies on a local disk, for sendfile and for other processes; `nil` when there is
    /// no such object. The file must only be read. A copy may vanish some time after it was last asked for.
    func localPath(_ key: ObjectKey) async throws -> String?

    /// Removes the object; removing what does not exist is no error.
    func delete(_ key: ObjectKey) async throws

    /// Removes all objects under the prefix and returns how many there were; may be repeated after a failure.
    @discardableResult
    func deletePrefix(_ prefix: ObjectPrefix) async throws -> Int

    /// The objects under the prefix in the order of their keys, those after `after`, `limit` at most.
    func list(_ prefix: ObjectPrefix, after: ObjectKey?, limit: Int) async throws -> [ObjectEntry]

    /// A URL with which anybody may GET the object until `lifetime` (at most seven days) has passed. Whether there is such
    /// an object shows when the link is followed.
    ///
    /// - Parameter fileName: Under which name browsers save it; nil to show it.
    /// - Throws: `.unavailable` when the store was made without what links need.
    func link(_ key: ObjectKey, lifetime: Duration, fileName: String?) throws -> String

    /// Returns when the store can be reached, and throws what is wrong otherwise; for readiness checks.
    func checkReachable() async throws
}

/// An object in a listing.
package struct ObjectEntry: Sendable, Hashable {
    package let key: ObjectKey
    package let byteCount: Int64
    package let modified: Timestamp

    package init(key: ObjectKey, byteCount: Int64, modified: Timestamp) {
        self.key = key
        self.byteCount = byteCount
        self.modified = modified
    }
}

/// Takes an object piece by piece. Released without ``finish()``, it leaves nothing behind.
package protocol ObjectWriter: Sendable {
    /// Adds a piece; returns when the next may come.
    func write(_ chunk: [UInt8]) async throws
    /// Makes the object durable and visible.
    func finish() async throws -> ObjectMetadata
    /// Throws away what was written. Does nothing after ``finish()``.
    func abandon() async
}

/// What is known about an object.
package struct ObjectMetadata: Sendable, Hashable {
    package let key: ObjectKey
    package let byteCount: Int64
    /// SHA-256 of the content in hex.
    package let sha256: String
    package let contentType: String
    package let modified: Timestamp

    package init(key: ObjectKey, byteCount: Int64, sha256: String, contentType: String, modified: Timestamp) {
        self.key = key
        self.byteCount = byteCount
        self.sha256 = sha256
        self.contentType = contentType
        self.modified = modified
    }

    /// A strong entity tag (RFC 9110 section 8.8.3), with its quotes.
    package var etag: String { "\"\(sha256.prefix(32))\"" }
}

/// An object opened for reading: it can be read to the end even if it is replaced or deleted meanwhile.
package struct ObjectContent: Sendable {
    package let metadata: ObjectMetadata
    /// Which bytes `chunks` delivers.
    package let range: Range<Int64>
    package let chunks: ObjectChunks

    package init(metadata: ObjectMetadata, range: Range<Int64>, chunks: ObjectChunks) {
        self.metadata = metadata
        self.range = range
        self.chunks = chunks
    }
}

/// The bytes of an object, read on demand piece by piece. For one reader.
package struct ObjectChunks: AsyncSequence, Sendable {
    package typealias Next = @Sendable () async throws -> [UInt8]?

    private let read: Next

    /// Made by stores: `read` returns the next piece, and `nil` at the end.
    package init(_ read: @escaping Next) {
        self.read = read
    }

    package struct Iterator: AsyncIteratorProtocol {
        let read: Next

        package mutating func next() async throws -> [UInt8]? { try await read() }

        package mutating func next(isolation actor: isolated (any Actor)?) async throws -> [UInt8]? {
            try await read()
        }
    }

    package func makeAsyncIterator() -> Iterator { Iterator(read: read) }
}

extension ObjectStore {
    /// Stores bytes that are in memory.
    @discardableResult
    package func put(_ key: ObjectKey, bytes: [UInt8], contentType: String) async throws -> ObjectMetadata {
        let writer = try await makeWriter(key, contentType: contentType)
        do {
            try await writer.write(bytes)
            return try await writer.finish()
        } catch {
            await writer.abandon()
            throw error
        }
    }

    /// Stores what a sequence delivers, without holding more than one chunk. Nothing is left when the sequence throws.
    @discardableResult
    package func put<Chunks: AsyncSequence>(
        _ key: ObjectKey, chunks: Chunks, contentType: String
    ) async throws -> ObjectMetadata where Chunks.Element == [UInt8] {
        let writer = try await makeWriter(key, contentType: contentType)
        do {
            for try await chunk in chunks { try await writer.write(chunk) }
            return try await writer.finish()
        } catch {
            await writer.abandon()
            throw error
        }
    }

    package func exists(_ key: ObjectKey) async throws -> Bool {
        try await metadata(key) != nil
    }

    /// The whole object as a stream.
    package func get(_ key: ObjectKey) async throws -> ObjectContent? {
        try await get(key, range: nil)
    }

    /// The whole object in memory; `nil` when there is none. Throws `.io` when it is larger than `bytesMax`.
    package func bytes(_ key: ObjectKey, upTo bytesMax: Int) async throws -> [UInt8]? {
        guard let content = try await get(key) else { return nil }
        guard content.metadata.byteCount <= bytesMax else {
            throw ObjectStoreError(.io, "the object is larger than \(bytesMax) bytes")
        }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Int(content.metadata.byteCount))
        for try await chunk in content.chunks { bytes += chunk }
        return bytes
    }
}
