import HTTPMessages
import Platform

/// One page of ListObjectsV2's answer.
struct S3Listing: Sendable {
    let entries: [ObjectEntry]
    /// Asks for the next page; nil after the last.
    let continuation: String?

    /// - Throws: `.io` when the document is not a listing. Objects of others whose keys are none of ours are left out.
    init(document: [UInt8]) throws(ObjectStoreError) {
        guard let root = try? XMLElement(parsing: document), root.name == "ListBucketResult" else {
            throw ObjectStoreError(.io, "the object server's listing cannot be read")
        }
        var entries: [ObjectEntry] = []
        for content in root.children("Contents") {
            guard let text = content["Key"], let size = content["Size"].flatMap({ Int64($0) }), size >= 0,
                let modified = content["LastModified"].flatMap({ Timestamp(rfc3339: $0) })
            else { throw ObjectStoreError(.io, "the object server's listing cannot be read") }
            // encoding-type=url: form encoding, with plus for a space.
            let plain = PercentCoding.decode(
                text.split(separator: "+", omittingEmptySubsequences: false)
                    .joined(separator: " "))
            guard let key = plain.flatMap({ try? ObjectKey($0) }) else { continue }
            entries.append(ObjectEntry(key: key, byteCount: size, modified: modified))
        }
        self.entries = entries
        let isTruncated = root["IsTruncated"] == "true"
        guard !isTruncated || root["NextContinuationToken"]?.isEmpty == false else {
            throw ObjectStoreError(.io, "the object server's listing cannot be continued")
        }
        continuation = isTruncated ? root["NextContinuationToken"] : nil
    }
}

/// An upload in parts that was begun and not completed.
struct S3UnfinishedUpload: Sendable {
    let key: String
    let id: String
    let begun: Timestamp

    /// The uploads in ListMultipartUploads' answer.
    static func list(document: [UInt8]) -> [S3UnfinishedUpload] {
        guard let root = try? XMLElement(parsing: document), root.name == "ListMultipartUploadsResult" else {
            return []
        }
        return root.children("Upload").compactMap { upload in
            guard let key = upload["Key"], let id = upload["UploadId"],
                let begun = upload["Initiated"].flatMap({ Timestamp(rfc3339: $0) })
            else { return nil }
            return S3UnfinishedUpload(key: key, id: id, begun: begun)
        }
    }
}

/// The document that completes an upload in parts.
enum S3Completion {
    /// - Parameter etags: Of the parts, in order, as the server gave them.
    static func document(etags: [String]) -> [UInt8] {
        let parts = etags.enumerated().map { index, etag in
            "<Part><PartNumber>\(index + 1)</PartNumber><ETag>\(escaped(etag))</ETag></Part>"
        }
        let text =
            "<CompleteMultipartUpload xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">\(parts.joined())</CompleteMultipartUpload>"
        return Array(text.utf8)
    }

    private static func escaped(_ text: String) -> String {
        text.reduce(into: "") { result, character in
            switch character {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            default: result.append(character)
            }
        }
    }
}
