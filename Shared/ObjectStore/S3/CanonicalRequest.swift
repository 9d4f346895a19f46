import Crypto
import HTTPMessages
import Platform

/// A request in the one spelling that both sides sign (Signature Version 4, step 1).
package struct CanonicalRequest: Sendable, Hashable {
    /// A name with its value: a query item, not encoded, or a header.
    package struct Item: Sendable, Hashable {
        package var name: String
        package var value: String

        package init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    /// Stands for the digest of a body that is not signed, as in presigned URLs.
    package static let unsignedPayload = "UNSIGNED-PAYLOAD"
    /// The digest of no bytes.
    package static let emptyPayload = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

    package var method: String
    /// As it goes over the wire: percent-encoded once, which is S3's rule (other services encode twice).
    package var path: String
    package var query: [Item]
    /// All that are signed, `host` among them.
    package var headers: [Item]
    /// SHA-256 of the body in hex, or ``unsignedPayload``.
    package var payloadHash: String

    package init(method: String, path: String, query: [Item], headers: [Item], payloadHash: String) {
        self.method = method
        self.path = path
        self.query = query
        self.headers = headers
        self.payloadHash = payloadHash
    }

    package var text: String {
        var lines = [method, path, canonicalQuery]
        lines += canonicalHeaders.map { "\($0.name):\($0.value)" }
        lines += ["", signedHeaders, payloadHash]
        return lines.joined(separator: "\n")
    }

    package var sha256: String { Hex.encode(SHA256.digest(of: Array(text.utf8))) }

    package var signedHeaders: String { canonicalHeaders.map(\.name).joined(separator: ";") }

    /// Names and values encoded, sorted by encoded name and then value. It is also sent like this.
    package var canonicalQuery: String {
        query.map { Item(PercentCoding.encode($0.name), PercentCoding.encode($0.value)) }
            .sorted { left, right in
                left.name == right.name
                    ? left.value.utf8.lexicographicallyPrecedes(right.value.utf8)
                    : left.name.utf8.lexicographicallyPrecedes(right.name.utf8)
            }
            .map { "\($0.name)=\($0.value)" }.joined(separator: "&")
    }

    /// Lower-case and sorted; values of one name joined, outer spaces off and runs of spaces made one.
    private var canonicalHeaders: [Item] {
        var values: [String: [String]] = [:]
        for header in headers {
            let words = header.value.split { $0 == " " || $0 == "\t" }
            values[header.name.lowercased(), default: []].append(words.joined(separator: " "))
        }
        return values.map { Item($0.key, $0.value.joined(separator: ",")) }
            .sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    }

    /// A path whose segments are encoded and whose slashes stay.
    package static func encodePath(_ path: String) -> String {
        path.split(separator: "/", omittingEmptySubsequences: false).map { PercentCoding.encode($0) }
            .joined(separator: "/")
    }
}
