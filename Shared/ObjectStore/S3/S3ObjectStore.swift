package import HTTPClient
import HTTPMessages
package import Logs
package import Platform

/// An ``ObjectStore`` in a bucket of an S3 server: Amazon's, MinIO, SeaweedFS, Garage, OpenStack Swift. Path style, every
/// request and every body signed.
///
/// What is written goes through a local file, see ``S3ObjectWriter``. Content type and digest are kept with the object.
package final class S3ObjectStore: ObjectStore {
    /// Deletions under way at once.
    private static let deletionsAtOnce = 4
    /// What S3 lists in one answer.
    private static let pageMax = 1_000
    /// Uploads in parts that nobody completed are thrown away at the start when they are this old.
    private static let abandonedAge = Duration.seconds(86_400)

    private let client: S3Client
    private let scratch: String
    private let executor = BlockingExecutor(name: "objects-s3")
    private let copies: LocalCopies
    private let time: any TimeSource

    /// Uses a bucket; no request is sent before ``prepare()`` or the first call.
    ///
    /// - Parameters:
    ///   - scratch: A folder of the store's own for files on their way and copies for ``localPath(_:)``; made when missing.
    ///   - copyBytesMax: How much space the copies take.
    package init(
        _ configuration: S3Configuration, scratch: String, copyBytesMax: Int64 = 2 << 30, client: HTTPClient,
        logger: Logger, time: any TimeSource = SystemTime()
    ) async throws {
        self.client = S3Client(configuration, client: client, logger: logger, time: time)
        self.scratch = scratch
        self.time = time
        try await executor.run {
            try FileSystem.makeFolders("\(scratch)/outgoing")
            // Nobody goes on with what an earlier process was sending.
            for entry in try FileSystem.names(in: "\(scratch)/outgoing") {
                try FileSystem.remove("\(scratch)/outgoing/\(entry.name)")
            }
        }
        copies = try await LocalCopies(folder: "\(scratch)/copies", bytesMax: copyBytesMax, time: time)
    }

    /// Makes the bucket if it is missing and throws away what interrupted uploads left behind. Throws
    /// ``ObjectStoreError`` when the server cannot be reached; the store then still works once it can.
    package func prepare() async throws {
        try await translating {
            do {
                _ = try await client.send(S3Request(.head))
            } catch let failure as S3Failure where failure.status == 404 {
                try await createBucket()
            }
        }
        try await removeAbandonedUploads(olderThan: Self.abandonedAge)
    }

    package func checkReachable() async throws {
        try await translating { _ = try await client.send(S3Request(.head)) }
    }

    // MARK: Writing

    package func makeWriter(_ key: ObjectKey, contentType: String) async throws -> any ObjectWriter {
        let writer = S3ObjectWriter(
            store: self, executor: executor, path: "\(scratch)/outgoing/\(Identifier.make())", key: key,
            contentType: try ObjectContentType.checked(contentType))
        try await writer.open()
        return writer
    }

    @discardableResult
    package func put(_ key: ObjectKey, movingFileAt path: String, contentType: String) async throws -> ObjectMetadata {
        let contentType = try ObjectContentType.checked(contentType)
        let upload = try await executor.run {
            guard let status = try FileSystem.status(of: path), !status.isFolder else {
                throw ObjectStoreError(.notFound, "there is no file to store")
            }
            let sha256 = try S3Upload.digest(path, 0..<status.byteCount)
            return S3Upload(
                path: path, byteCount: status.byteCount, sha256: sha256, key: key, contentType: contentType)
        }
        let metadata = try await self.upload(upload)
        try await executor.run { _ = try FileSystem.remove(path) }
        return metadata
    }

    func upload(_ upload: S3Upload) async throws -> ObjectMetadata {
        try await translating {
            do {
                try await upload.send(with: client, digests: executor)
            } catch let failure as S3Failure where failure.isMissingBucket {
                try await createBucket()
                try await upload.send(with: client, digests: executor)
            }
        }
        return ObjectMetadata(
            key: upload.key, byteCount: upload.byteCount, sha256: upload.sha256, contentType: upload.contentType,
            modified: time.wall)
    }

    // MARK: Reading

    package func metadata(_ key: ObjectKey) async throws -> ObjectMetadata? {
        let head: HTTPClientResponse
        do {
            head = try await client.send(S3Request(.head, key: key.description))
        } catch let failure as S3Failure where failure.isMissingKey {
            return nil
        } catch let failure as S3Failure {
            throw failure.meaning
        }
        guard let byteCount = head.fields.first(.contentLength).flatMap({ Int64($0) }), byteCount >= 0 else {
            throw ObjectStoreError(.io, "the object server does not say how long the object is")
        }
        return try await metadata(key, byteCount: byteCount, fields: head.fields)
    }

    package func get(_ key: ObjectKey, range: Range<Int64>?) async throws -> ObjectContent? {
        var request = S3Request(.get, key: key.description)
        request.answerBytesMax = .max
        request.timeout = nil
        if let range {
            guard range.lowerBound >= 0, !range.isEmpty else {
                throw ObjectStoreError(.invalidRange, "the range lies outside the object")
            }
            request.fields = [.range: "bytes=\(range.lowerBound)-\(range.upperBound - 1)"]
        }
        let stream: HTTPClientStream
        do {
            stream = try await client.stream(request)
        } catch let failure as S3Failure where failure.isMissingKey {
            return nil
        } catch let failure as S3Failure {
            throw failure.meaning
        }
        guard let extent = S3Extent(stream.head, asked: range) else {
            throw ObjectStoreError(.io, "the object server does not say which bytes it sends")
        }
        let metadata = try await metadata(key, byteCount: extent.total, fields: stream.fields)
        let isWhole = extent.range == 0..<extent.total
        let reader = S3ObjectReader(
            stream.body, byteCount: extent.range.upperBound - extent.range.lowerBound,
            sha256: isWhole ? metadata.sha256 : nil)
        return ObjectContent(
            metadata: metadata, range: extent.range, chunks: ObjectChunks { try await reader.next() })
    }

    /// What the fields of an answer say. An object that others have put into the bucket has no digest: it is read for it.
    private func metadata(_ key: ObjectKey, byteCount: Int64, fields: HTTPFields) async throws -> ObjectMetadata {
        let sha256: String
        if let noted = fields.first(S3Upload.digestField), noted.utf8.count == 64, Hex.decode(noted) != nil {
            sha256 = noted.lowercased()
        } else {
            sha256 = try await translating { try await digest(of: key) }
        }
        return ObjectMetadata(
            key: key, byteCount: byteCount, sha256: sha256,
            contentType: fields.first(.contentType) ?? "application/octet-stream",
            modified: fields.first(.lastModified).flatMap(HTTPDate.parse) ?? time.wall)
    }

    private func digest(of key: ObjectKey) async throws -> String {
        var request = S3Request(.get, key: key.description)
        request.answerBytesMax = .max
        request.timeout = nil
        let stream = try await client.stream(request)
        guard let extent = S3Extent(stream.head, asked: nil) else {
            throw ObjectStoreError(.io, "the object server does not say which bytes it sends")
        }
        return try await S3ObjectReader(stream.body, byteCount: extent.total, sha256: nil).readToDigest()
    }

    package func localPath(_ key: ObjectKey) async throws -> String? {
        guard let metadata = try await metadata(key) else { return nil }
        return try await copies.path(of: metadata) { [self] in
            guard let content = try await get(key) else { throw ObjectStoreError(.notFound, "the object has gone") }
            return content.chunks
        }
    }

    package func link(_ key: ObjectKey, lifetime: Duration, fileName: String?) throws -> String {
        let query = fileName.map {
            [CanonicalRequest.Item("response-content-disposition", ContentDisposition.attachment($0))]
        }
        return client.presigned(key.description, lifetime: lifetime, query: query ?? [])
    }

    // MARK: Removing and listing

    package func delete(_ key: ObjectKey) async throws {
        do {
            _ = try await client.send(S3Request(.delete, key: key.description))
        } catch let failure as S3Failure where failure.status != 404 {
            throw failure.meaning
        } catch is S3Failure {
            // Neither object nor bucket: there is nothing to delete.
        }
    }

    @discardableResult
    package func deletePrefix(_ prefix: ObjectPrefix) async throws -> Int {
        var count = 0
        while true {
            let page = try await list(prefix, after: nil, limit: Self.pageMax)
            if page.isEmpty { return count }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for (index, entry) in page.enumerated() {
                    if index >= Self.deletionsAtOnce { try await group.next() }
                    group.addTask { try await self.delete(entry.key) }
                }
                try await group.waitForAll()
            }
            count += page.count
            if page.count < Self.pageMax { return count }
        }
    }

    package func list(_ prefix: ObjectPrefix, after: ObjectKey?, limit: Int) async throws -> [ObjectEntry] {
        var found: [ObjectEntry] = []
        var continuation: String?
        repeat {
            var request = S3Request(.get)
            request.query = [
                CanonicalRequest.Item("list-type", "2"), CanonicalRequest.Item("encoding-type", "url"),
                CanonicalRequest.Item("prefix", prefix.description),
                CanonicalRequest.Item("max-keys", String(min(max(1, limit - found.count), Self.pageMax))),
            ]
            if let continuation {
                request.query.append(CanonicalRequest.Item("continuation-token", continuation))
            } else if let after {
                request.query.append(CanonicalRequest.Item("start-after", after.description))
            }
            let answer: HTTPClientResponse
            do {
                answer = try await client.send(request)
            } catch let failure as S3Failure {
                if failure.isMissingBucket { return found }
                throw failure.meaning
            }
            let page = try S3Listing(document: answer.body)
            found += page.entries
            continuation = page.continuation
        } while continuation != nil && found.count < limit
        return Array(found.prefix(limit))
    }

    // MARK: The bucket

    private func createBucket() async throws {
        let configuration = client.configuration
        var request = S3Request(.put)
        if configuration.region != "us-east-1" {
            // The region where the server is must be named, except in the first one there was.
            let document =
                "<CreateBucketConfiguration><LocationConstraint>\(configuration.region)</LocationConstraint>"
                + "</CreateBucketConfiguration>"
            request.body = .document(Array(document.utf8))
        }
        do {
            _ = try await client.send(request)
            client.logger.info("bucket made", [("s3.bucket", configuration.bucket)])
        } catch let failure as S3Failure
            where ["BucketAlreadyOwnedByYou", "BucketAlreadyExists"].contains(failure.code)
        {
            // Another replica was faster.
        }
    }

    /// Throws away uploads in parts that were begun longer ago than that, by the server's clock, and never completed. Throws
    /// ``ObjectStoreError``.
    package func removeAbandonedUploads(olderThan age: Duration) async throws {
        var request = S3Request(.get)
        request.query = [CanonicalRequest.Item("uploads", "")]
        let answer = try await translating { [request] in try await client.send(request) }
        for upload in S3UnfinishedUpload.list(document: answer.body)
        where client.now.duration(since: upload.begun) > age {
            try await translating { try await S3Upload.abort(upload.id, key: upload.key, client) }
        }
    }

    private func translating<Value>(_ body: () async throws -> Value) async throws -> Value {
        do {
            return try await body()
        } catch let failure as S3Failure {
            throw failure.meaning
        }
    }
}
