import Glibc
import HTTPClient
import Logs
import Metrics
import ObjectStore
import Platform
import Settings
import TestSupport
import Testing

/// The object server that `scripts/test.sh` starts for the whole suite (Tests/Servers/s3_server.py).
enum S3Server {
    struct Missing: Error, CustomStringConvertible {
        let description = "LECTERN_TEST_S3 is not set: run scripts/test.sh, which starts the object server"
    }

    /// A configuration with a bucket of its own.
    static func configuration(secret: String = "testing") throws -> S3Configuration {
        guard let address = getenv("LECTERN_TEST_S3").map({ String(cString: $0) }),
            let endpoint = S3Endpoint(address)
        else { throw Missing() }
        return S3Configuration(
            endpoint: endpoint, bucket: "b-\(Identifier.make())", accessKeyID: "test:tester",
            secretAccessKey: Secret(secret))
    }
}

/// Lends a store with its client and scratch folder.
func withS3Store<Value>(
    _ configuration: S3Configuration, time: any TimeSource = SystemTime(), logs: MemoryLogSink = MemoryLogSink(),
    copyBytesMax: Int64 = 1 << 30, _ body: (S3ObjectStore, TemporaryFolder) async throws -> Value
) async throws -> Value {
    let folder = try TemporaryFolder()
    let logger = Logger(name: "test", sink: logs, level: .debug)
    let client = HTTPClient(logger: logger, metrics: MetricRegistry())
    do {
        let store = try await S3ObjectStore(
            configuration, scratch: folder.path, copyBytesMax: copyBytesMax, client: client, logger: logger, time: time)
        let value = try await body(store, folder)
        await client.shutdown()
        return value
    } catch {
        await client.shutdown()
        throw error
    }
}

/// A configuration for a server whose answers a test decides.
func scripted(_ server: ScriptedServer) throws -> S3Configuration {
    S3Configuration(
        endpoint: try #require(S3Endpoint(server.url)), bucket: "bucket", accessKeyID: "key",
        secretAccessKey: Secret("secret"))
}

/// Bytes in which every position differs from its neighbours.
func patternBytes(_ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }
}
