package import Settings

/// Which object store a service uses: files on disk, or a bucket of an S3 server when `MINIO_ENDPOINT` is set.
package struct ObjectStoreSettings: Sendable {
    /// The service's own bucket; on disk the name in links.
    package var bucket: String
    /// Nil for files on disk.
    package var server: S3Configuration?

    package static let bucketDefault = "lectern"

    package init(from reader: inout SettingsReader) {
        let isSecure = reader.flag(
            "MINIO_SECURE", default: false, help: "Whether an endpoint without scheme means https.")
        let bucket = reader.value(
            "MINIO_BUCKET_NAME", default: Self.bucketDefault, defaultText: Self.bucketDefault,
            allowed: "a bucket's name by S3's rules", help: "The bucket; made when it is missing."
        ) { S3Configuration.isBucketName($0) ? $0 : nil }
        self.bucket = bucket
        let form = "host:9000, http://host:9000 or https://host/path"
        func endpoint(_ name: String, _ help: String) -> S3Endpoint? {
            reader.value(name, default: nil, defaultText: "", allowed: form, help: help) {
                S3Endpoint($0, isSecure: isSecure).map(Optional.some)
            }
        }
        let internalEndpoint = endpoint("MINIO_ENDPOINT", "The S3 server; empty for files on disk.")
        let publicEndpoint = endpoint(
            "MINIO_PUBLIC_ENDPOINT", "The S3 server as clients reach it, for links; empty for MINIO_ENDPOINT.")
        let accessKey = reader.string("MINIO_ACCESS_KEY", help: "The access key of the S3 server.")
        let secretKey = reader.secret("MINIO_SECRET_KEY", help: "The secret key of the S3 server.")
        let region = reader.value(
            "MINIO_REGION", default: "us-east-1", defaultText: "us-east-1", allowed: "letters, digits and dashes",
            help: "The region that requests are signed for."
        ) { text in
            let isPlain = text.utf8.allSatisfy { byte in
                (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte | 0x20) || byte == 0x2D
            }
            return isPlain && (1...64).contains(text.utf8.count) ? text : nil
        }
        guard let internalEndpoint else { return }
        guard !accessKey.isEmpty, let secretKey else {
            let missing = accessKey.isEmpty ? "MINIO_ACCESS_KEY" : "MINIO_SECRET_KEY"
            reader.reject(missing, allowed: "needed with MINIO_ENDPOINT", isSecret: true)
            return
        }
        server = S3Configuration(
            endpoint: internalEndpoint, publicEndpoint: publicEndpoint, region: region, bucket: bucket,
            accessKeyID: accessKey, secretAccessKey: secretKey)
    }
}
