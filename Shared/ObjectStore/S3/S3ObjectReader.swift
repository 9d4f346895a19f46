import Crypto
import HTTPClient
import HTTPMessages
import Platform

/// Reads the body of one GET and vouches for it: exactly as many bytes as were promised, and for a whole object those
/// that its digest names. Anything else is an error, never a short or a changed object.
actor S3ObjectReader {
    private let body: HTTPClientBody.Iterator
    private var missing: Int64
    private var digest: DigestState?
    private let sha256: String

    /// - Parameter sha256: What the bytes must give; nil for a part of an object.
    init(_ body: HTTPClientBody, byteCount: Int64, sha256: String?) {
        self.body = body.makeAsyncIterator()
        missing = byteCount
        self.sha256 = sha256 ?? ""
        digest = sha256 == nil ? nil : DigestState(.sha256)
    }

    func next() async throws -> [UInt8]? {
        let chunk: [UInt8]?
        do {
            chunk = try await body.nextChunk()
        } catch {
            if error.code == .cancelled { throw CancellationError() }
            throw ObjectStoreError(.io, "the object was cut off while it was read", underlying: error)
        }
        guard let chunk else {
            guard missing == 0 else { throw ObjectStoreError(.io, "the object ended early") }
            guard let digest = digest.take() else { return nil }
            guard Hex.encode(digest.finish()) == sha256 else {
                throw ObjectStoreError(.io, "the object is not what was stored")
            }
            return nil
        }
        missing -= Int64(chunk.count)
        guard missing >= 0 else { throw ObjectStoreError(.io, "the object is longer than promised") }
        digest?.update(chunk)
        return chunk
    }

    /// Reads to the end and gives SHA-256 of all, in hex.
    @inline(never)
    func readToDigest() async throws -> String {
        var whole = DigestState(.sha256)
        while let chunk = try await next() { whole.update(chunk) }
        return Hex.encode(whole.finish())
    }
}

/// Which bytes an answer to GET holds, and of how many.
struct S3Extent: Sendable {
    let range: Range<Int64>
    let total: Int64

    /// - Returns: nil when the answer does not say, or says something else than was asked.
    init?(_ head: HTTPResponseHead, asked: Range<Int64>?) {
        guard let asked else {
            guard head.status == .ok, let total = head.fields.first(.contentLength).flatMap({ Int64($0) }), total >= 0
            else { return nil }
            (range, self.total) = (0..<total, total)
            return
        }
        // RFC 9110 section 14.4: "bytes 0-9/100".
        let parts = (head.fields.first(.contentRange) ?? "").split { $0 == " " || $0 == "-" || $0 == "/" }
        guard head.status == .partialContent, parts.count == 4, parts[0] == "bytes", let first = Int64(parts[1]),
            let last = Int64(parts[2]), let total = Int64(parts[3]), first == asked.lowerBound, last >= first,
            last < min(asked.upperBound, total)
        else { return nil }
        (range, self.total) = (first..<last + 1, total)
    }
}
