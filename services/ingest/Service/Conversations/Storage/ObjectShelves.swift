import Crypto
import HTTPClient
import Logs
import ObjectStore
import Platform

/// The object stores of the service: its own bucket, and those that accounts name for themselves. With an S3 server all
/// are its buckets; without, they are folders of the disk, whose links this service serves.
final class ObjectShelves: Sendable {
    /// The service's own store, for lectures, too.
    let standard: any ObjectStore
    let standardBucket: String
    /// Checks links to stores on disk; nil when an S3 server serves them.
    private let signers: (@Sendable (String) -> ObjectLinkSigner)?
    private let make: @Sendable (String) async throws -> any ObjectStore
    private let others = Lock([String: any ObjectStore]())

    /// The path under which links to files on disk are served.
    static let linkPath = "/api/v1/postprocess/files"

    /// Stores on disk.
    ///
    /// - Parameters:
    ///   - folder: The service's own.
    ///   - publicURL: Where clients reach the gateway.
    init(
        folder: String, standardBucket: String, publicURL: String, secret: [UInt8], time: any TimeSource
    ) async throws {
        let signer: @Sendable (String) -> ObjectLinkSigner = { bucket in
            // A key for each bucket, so that a link to one is none to another.
            ObjectLinkSigner(
                baseURL: "\(publicURL)\(Self.linkPath)/\(bucket)",
                secret: HMAC.sha256(Array("bucket \(bucket)".utf8), key: secret), time: time)
        }
        signers = signer
        self.standardBucket = standardBucket
        standard = try await DiskObjectStore(root: "\(folder)/objects", links: signer(standardBucket))
        make = { bucket in
            try await DiskObjectStore(root: "\(folder)/buckets/\(bucket)", threads: 1, links: signer(bucket))
        }
    }

    /// Buckets of an S3 server. When it cannot be reached now, the log says so, and the stores work once it can.
    init(
        _ configuration: S3Configuration, folder: String, client: HTTPClient, logger: Logger, time: any TimeSource
    ) async throws {
        signers = nil
        standardBucket = configuration.bucket
        make = { bucket in
            var copy = configuration
            copy.bucket = bucket
            return try await S3ObjectStore(
                copy, scratch: "\(folder)/s3/\(bucket)", client: client, logger: logger, time: time)
        }
        let store = try await S3ObjectStore(
            configuration, scratch: "\(folder)/s3/\(configuration.bucket)", client: client, logger: logger, time: time)
        standard = store
        do {
            try await store.prepare()
        } catch {
            logger.warning("the object server is not ready", [("error", "\(error)")])
        }
    }

    /// The store of a bucket; made at its first use.
    func store(_ bucket: String) async throws -> any ObjectStore {
        if bucket == standardBucket { return standard }
        if let known = others.withLock({ $0[bucket] }) { return known }
        let made = try await make(bucket)
        return others.withLock { others in
            // Somebody else may have been faster; one store of a bucket is enough.
            if let known = others[bucket] { return known }
            others[bucket] = made
            return made
        }
    }

    /// What a link to a file on disk grants; nil for wrong links, and when an S3 server serves them.
    func signer(_ bucket: String) -> ObjectLinkSigner? { signers?(bucket) }
}
