package import Settings

/// Where an S3 bucket is and how it is reached.
package struct S3Configuration: Sendable {
    package var endpoint: S3Endpoint
    /// The endpoint as clients outside see it: what presigned links name. The signature holds for this host alone.
    package var publicEndpoint: S3Endpoint
    package var region: String
    package var bucket: String
    package var credentials: S3Credentials
    /// What is larger goes in parts of this size; S3 takes parts of 5 MiB to 5 GiB and at most 10,000 of them.
    package var partBytes: Int64 = 16 << 20

    package init(
        endpoint: S3Endpoint, publicEndpoint: S3Endpoint? = nil, region: String = "us-east-1", bucket: String,
        accessKeyID: String, secretAccessKey: Secret
    ) {
        self.endpoint = endpoint
        self.publicEndpoint = publicEndpoint ?? endpoint
        self.region = region
        self.bucket = bucket
        credentials = S3Credentials(accessKeyID: accessKeyID, secretAccessKey: secretAccessKey)
    }

    /// Whether `name` may be a bucket's: 3 to 63 of `a-z0-9.-`, beginning and ending with a letter or digit, no two dots
    /// in a row (Amazon S3, "General purpose bucket naming rules").
    package static func isBucketName(_ name: String) -> Bool {
        let bytes = Array(name.utf8)
        func isPlain(_ byte: UInt8) -> Bool {
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
        }
        guard (3...63).contains(bytes.count), let first = bytes.first, let last = bytes.last else { return false }
        return isPlain(first) && isPlain(last) && !name.contains("..")
            && bytes.allSatisfy { isPlain($0) || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "-") }
    }
}
