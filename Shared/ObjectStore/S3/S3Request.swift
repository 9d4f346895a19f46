import Crypto
import HTTPClient
import HTTPMessages
import Platform

/// One call of the S3 API before it is signed.
struct S3Request: Sendable {
    enum Body: Sendable {
        case none
        case bytes([UInt8], sha256: String)
        /// A stretch of a local file.
        case file(path: String, range: Range<Int64>, sha256: String)

        /// A small document of our own making.
        static func document(_ bytes: [UInt8]) -> Body {
            .bytes(bytes, sha256: Hex.encode(SHA256.digest(of: bytes)))
        }

        var sha256: String {
            switch self {
            case .none: CanonicalRequest.emptyPayload
            case .bytes(_, let sha256), .file(_, _, let sha256): sha256
            }
        }

        var content: HTTPClientRequest.Body {
            switch self {
            case .none: .none
            case .bytes(let bytes, _): .bytes(bytes)
            case .file(let path, let range, _): .filePart(path: path, range: range)
            }
        }
    }

    var method: HTTPMethod
    /// Nil for the bucket itself.
    var key: String?
    var query: [CanonicalRequest.Item] = []
    /// Signed with the rest.
    var fields: HTTPFields = [:]
    var body = Body.none
    /// A longer answer is refused.
    var answerBytesMax = S3Client.documentBytesMax
    /// For the whole exchange; nil where the time between two pieces is what counts.
    var timeout: Duration? = .seconds(60)

    init(_ method: HTTPMethod, key: String? = nil) {
        self.method = method
        self.key = key
    }
}

/// What an S3 server says went wrong.
struct S3Failure: Error, Sendable, Hashable {
    let status: Int
    /// S3's word, such as `NoSuchKey`; made from the status where the answer has no document (HEAD).
    let code: String

    /// - Parameter document: The body of the answer, perhaps cut short or not from S3 at all.
    init(status: Int, document: [UInt8]) {
        self.status = status
        let root = try? XMLElement(parsing: document)
        let word = root?.name == "Error" ? root?["Code"] : nil
        code = word.flatMap(Self.plain) ?? (status == 404 ? "NotFound" : "Status\(status)")
    }

    init(status: Int, code: String) {
        self.status = status
        self.code = code
    }

    /// Only a word may go into logs and errors.
    private static func plain(_ text: String) -> String? {
        let isWord = text.utf8.allSatisfy { byte in
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
        }
        return isWord && (1...64).contains(text.utf8.count) ? text : nil
    }

    /// Whether the bucket, not the key, is what is missing.
    var isMissingBucket: Bool { code == "NoSuchBucket" }
    var isMissingKey: Bool { status == 404 && !isMissingBucket }

    /// What it means to users of the store.
    var meaning: ObjectStoreError {
        switch (status, code) {
        case (_, "NoSuchBucket"): ObjectStoreError(.unavailable, "the bucket does not exist")
        case (_, "RequestTimeTooSkewed"): ObjectStoreError(.denied, "the clocks of server and client differ too much")
        case (416, _): ObjectStoreError(.invalidRange, "the range lies outside the object")
        case (404, _): ObjectStoreError(.notFound, "there is no such object")
        case (401, _), (403, _): ObjectStoreError(.denied, "the object server refuses the request (\(code))")
        case (507, _), (_, "QuotaExceeded"), (_, "EntityTooLarge"), (_, "XMinioStorageFull"):
            ObjectStoreError(.full, "the object server takes no more (\(code))")
        case (429, _), (500..., _): ObjectStoreError(.unavailable, "the object server cannot answer (\(code))")
        default: ObjectStoreError(.io, "the object server refuses the request (\(code))")
        }
    }
}
