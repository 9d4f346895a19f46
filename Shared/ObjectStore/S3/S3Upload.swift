import Crypto
import HTTPClient
import HTTPMessages
import Platform

/// A local file on its way into an ``S3ObjectStore``: in one request, or in parts when it is large.
struct S3Upload: Sendable {
    let path: String
    let byteCount: Int64
    /// Of the whole file, in hex.
    let sha256: String
    let key: ObjectKey
    let contentType: String

    /// The digest goes with the object, because an `ETag` is none for objects sent in parts.
    static let digestField = HTTPFieldName("x-amz-meta-sha256")
    /// S3's limit.
    static let partsMax: Int64 = 10_000

    private var fields: HTTPFields { [.contentType: contentType, Self.digestField: sha256] }

    /// Sends the file; the object is there when this returns, and not at all when it throws.
    func send(with client: S3Client, digests executor: BlockingExecutor) async throws {
        if byteCount <= client.configuration.partBytes {
            var request = S3Request(.put, key: key.description)
            request.fields = fields
            request.body = .file(path: path, range: 0..<byteCount, sha256: sha256)
            request.timeout = .seconds(300)
            _ = try await client.send(request)
        } else {
            try await sendInParts(with: client, digests: executor)
        }
    }

    private func sendInParts(with client: S3Client, digests executor: BlockingExecutor) async throws {
        var begin = S3Request(.post, key: key.description)
        begin.query = [CanonicalRequest.Item("uploads", "")]
        begin.fields = fields
        let document = try await client.send(begin).body
        let answer = try? XMLElement(parsing: document)
        guard answer?.name == "InitiateMultipartUploadResult", let id = answer?["UploadId"], !id.isEmpty else {
            throw ObjectStoreError(.io, "the object server did not begin the upload")
        }
        do {
            var etags: [String] = []
            for range in parts(of: client.configuration.partBytes) {
                etags.append(try await sendPart(etags.count + 1, range, upload: id, client, executor))
            }
            try await complete(id, etags, client)
        } catch {
            // A task of its own, awaited here: a cancelled one could not send any more. What it cannot remove is removed
            // by the next start.
            await Task { try? await Self.abort(id, key: key.description, client) }.value
            throw error
        }
    }

    /// Equal stretches of the file; larger than asked for when there would be too many.
    private func parts(of size: Int64) -> [Range<Int64>] {
        let size = max(size, (byteCount + Self.partsMax - 1) / Self.partsMax)
        return stride(from: 0, to: byteCount, by: Int(size)).map { $0..<min($0 + size, byteCount) }
    }

    private func sendPart(
        _ number: Int, _ range: Range<Int64>, upload id: String, _ client: S3Client, _ executor: BlockingExecutor
    ) async throws -> String {
        let digest = try await executor.run { [path] in try Self.digest(path, range) }
        var request = S3Request(.put, key: key.description)
        request.query = [CanonicalRequest.Item("partNumber", String(number)), CanonicalRequest.Item("uploadId", id)]
        request.body = .file(path: path, range: range, sha256: digest)
        request.timeout = .seconds(300)
        guard let etag = try await client.send(request).fields.first(.etag) else {
            throw ObjectStoreError(.io, "the object server did not acknowledge a part")
        }
        return etag
    }

    private func complete(_ id: String, _ etags: [String], _ client: S3Client) async throws {
        var request = S3Request(.post, key: key.description)
        request.query = [CanonicalRequest.Item("uploadId", id)]
        request.fields = [.contentType: "application/xml"]
        request.body = .document(S3Completion.document(etags: etags))
        request.timeout = .seconds(300)
        let answer = try await client.send(request)
        // S3 begins its answer before it knows the outcome: a failure comes with 200.
        guard (try? XMLElement(parsing: answer.body))?.name == "CompleteMultipartUploadResult" else {
            throw S3Failure(status: 500, document: answer.body)
        }
    }

    static func abort(_ id: String, key: String, _ client: S3Client) async throws {
        var request = S3Request(.delete, key: key)
        request.query = [CanonicalRequest.Item("uploadId", id)]
        _ = try await client.send(request)
    }

    /// SHA-256 of a stretch of a file in hex. Blocks.
    static func digest(_ path: String, _ range: Range<Int64>) throws(ObjectStoreError) -> String {
        guard let file = try FileSystem.openIfPresent(path) else {
            throw ObjectStoreError(.notFound, "there is no file to store")
        }
        var digest = DigestState(.sha256)
        var offset = range.lowerBound
        while offset < range.upperBound {
            let count = Int(min(256 << 10, range.upperBound - offset))
            let chunk = try FileSystem.read(file, at: offset, count: count)
            guard chunk.count == count else { throw ObjectStoreError(.io, "the file became shorter while it was read") }
            digest.update(chunk)
            offset += Int64(count)
        }
        return Hex.encode(digest.finish())
    }
}
