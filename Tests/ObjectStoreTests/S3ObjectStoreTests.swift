import ContractSuites
import FoundationEssentials
import HTTPClient
import HTTPMessages
import Logs
import Metrics
import ObjectStore
import Platform
import TestSupport
import Testing

/// Against a server that verifies every signature.
struct S3ObjectStoreTests {
    static let awkwardKeys = [
        "with space.txt", "plus+and%percent%20.txt", "caf\u{e9}.txt", "cafe\u{301}.txt", "dots/...hidden../..a/b..",
        "deep/er/and/deep/er/still/file", "quote'and\"double.txt", "a&b=c;d?e#f.txt", "tilde~star*paren().txt",
        "\u{65e5}\u{672c}\u{8a9e}/\u{1f600}.bin", "semi;colon,comma:at@dollar$.x",
        Array(repeating: String(repeating: "k", count: 249), count: 4).joined(separator: "/") + "x",
    ]

    @Test func `the S3 store keeps the contract of an object store`() async throws {
        try await withS3Store(try S3Server.configuration()) { store, folder in
            try await store.prepare()
            try await ObjectStoreContract(store).checkAll()
            // Nothing half-written is left.
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.file("outgoing")).isEmpty)
        }
    }

    @Test func `awkward keys are written, read, listed, linked and deleted`() async throws {
        #expect(Self.awkwardKeys.last?.count == 1_000)
        try await withS3Store(try S3Server.configuration()) { store, _ in
            let client = HTTPClient(
                logger: Logger(name: "test", sink: MemoryLogSink(), level: .debug), metrics: MetricRegistry())
            let keys = try Self.awkwardKeys.map { try ObjectKey($0) }
            for key in keys {
                let content = Array(key.description.utf8)
                try await store.put(key, bytes: content, contentType: "text/plain")
                #expect(try await store.bytes(key, upTo: 2_000) == content)
                let link = try store.link(key, lifetime: .seconds(60), fileName: "über \"1\".txt")
                let answer = try await client.send(HTTPClientRequest(.get, link))
                #expect(answer.status.code == 200 && answer.body == content, "\(key)")
                #expect(
                    answer.fields.first(.contentDisposition)?.hasPrefix("attachment; filename=\"_ber _1_.txt\"") == true
                )
            }
            let listed = try await store.list(.all, after: nil, limit: 100)
            #expect(listed.map(\.key) == keys.sorted())
            for key in keys {
                try await store.delete(key)
                #expect(try await !store.exists(key))
            }
            await client.shutdown()
        }
    }

    @Test func `links are refused when their time is over or anything is changed`() async throws {
        let time = ManualTime(wall: SystemTime().wall - .seconds(600))
        try await withS3Store(try S3Server.configuration(), time: time) { store, _ in
            let client = HTTPClient(
                logger: Logger(name: "test", sink: MemoryLogSink(), level: .debug), metrics: MetricRegistry())
            let key = try ObjectKey("a/b.txt")
            try await store.put(key, bytes: [1, 2, 3], contentType: "text/plain")
            let good = try store.link(key, lifetime: .seconds(900), fileName: nil)
            #expect(try await client.send(HTTPClientRequest(.get, good)).body == [1, 2, 3])
            let old = try store.link(key, lifetime: .seconds(60), fileName: nil)
            for bad in [
                old, good.replacing("b.txt", with: "c.txt"), good.replacing("Expires=900", with: "Expires=901"),
                String(good.dropLast()) + (good.hasSuffix("0") ? "1" : "0"),
            ] {
                #expect(try await client.send(HTTPClientRequest(.get, bad)).status.code == 403)
            }
            #expect(try await client.send(HTTPClientRequest(.put, good, body: .bytes([9]))).status.code == 403)
            await client.shutdown()
        }
    }

    @Test func `what is larger than a part goes in parts and comes back whole`() async throws {
        var configuration = try S3Server.configuration()
        configuration.partBytes = 300_000
        try await withS3Store(configuration) { store, folder in
            let content = patternBytes(1_000_001)
            let path = try folder.write("big", content)
            let key = try ObjectKey("parts/of it.bin")
            let stored = try await store.put(key, movingFileAt: path, contentType: "audio/mpeg")
            #expect(stored.byteCount == 1_000_001)
            let metadata = try #require(try await store.metadata(key))
            #expect(metadata.sha256 == stored.sha256)
            #expect(metadata.byteCount == 1_000_001)
            #expect(metadata.contentType == "audio/mpeg")
            #expect(try await store.bytes(key, upTo: 2_000_000) == content)
            let part = try #require(try await store.get(key, range: 299_999..<300_002))
            var bytes: [UInt8] = []
            for try await chunk in part.chunks { bytes += chunk }
            #expect(bytes == Array(content[299_999..<300_002]))
            #expect(part.metadata.byteCount == 1_000_001)
        }
    }

    @Test(arguments: [
        Duration.seconds(-86_400), .seconds(-1_000), .seconds(1_000), .seconds(86_400), .seconds(400 * 86_400),
    ])
    func `a clock that is wrong is corrected by the server's`(difference: Duration) async throws {
        let logs = MemoryLogSink()
        let time = ManualTime(wall: SystemTime().wall + difference)
        try await withS3Store(try S3Server.configuration(), time: time, logs: logs) { store, _ in
            let key = try ObjectKey("clock")
            try await store.put(key, bytes: [1], contentType: "x/y")
            #expect(try await store.bytes(key, upTo: 1) == [1])
            #expect(logs.entries.filter { $0.message.contains("clock differs") }.count == 1)
        }
    }

    @Test func `a wrong secret is refused and nothing is stored`() async throws {
        let good = try S3Server.configuration()
        var bad = try S3Server.configuration(secret: "guessed")
        bad.bucket = good.bucket
        try await withS3Store(good) { store, _ in
            try await store.prepare()
            try await withS3Store(bad) { stranger, _ in
                let failure = await #expect(throws: ObjectStoreError.self) {
                    try await stranger.put(try ObjectKey("a"), bytes: [1], contentType: "x/y")
                }
                #expect(failure?.code == .denied)
                await #expect(throws: ObjectStoreError.self) { try await stranger.metadata(try ObjectKey("a")) }
            }
            #expect(try await store.list(.all, after: nil, limit: 10).isEmpty)
        }
    }

    @Test func `a missing bucket is made by the first write, and by prepare`() async throws {
        try await withS3Store(try S3Server.configuration()) { store, _ in
            await #expect(throws: ObjectStoreError.self) { try await store.checkReachable() }
            #expect(try await store.metadata(try ObjectKey("a")) == nil)
            #expect(try await store.list(.all, after: nil, limit: 10).isEmpty)
            #expect(try await store.deletePrefix(.all) == 0)
            try await store.delete(try ObjectKey("a"))
            try await store.put(try ObjectKey("a"), bytes: [1], contentType: "x/y")
            try await store.checkReachable()
            try await store.prepare()
            #expect(try await store.exists(try ObjectKey("a")))
        }
    }

    /// Sends a signed request that the store itself would not send.
    @discardableResult
    private func send(
        _ method: HTTPMethod, _ key: String? = nil, query: [CanonicalRequest.Item] = [], body: [UInt8] = [],
        to configuration: S3Configuration
    ) async throws -> String {
        let signer = SignatureV4(
            scope: SignatureV4.Scope(credentials: configuration.credentials, region: "us-east-1"), at: SystemTime().wall
        )
        let path = "/\(configuration.bucket)" + (key.map { "/\($0)" } ?? "")
        let headers = [
            CanonicalRequest.Item("host", configuration.endpoint.authority),
            CanonicalRequest.Item("x-amz-date", signer.time),
            CanonicalRequest.Item("x-amz-content-sha256", CanonicalRequest.unsignedPayload),
        ]
        let request = CanonicalRequest(
            method: method.rawValue, path: path, query: query, headers: headers,
            payloadHash: CanonicalRequest.unsignedPayload)
        var fields: HTTPFields = [.authorization: signer.authorization(request)]
        for header in headers.dropFirst() { fields.append(HTTPFieldName(header.name), header.value) }
        let client = HTTPClient(
            logger: Logger(name: "test", sink: MemoryLogSink(), level: .debug), metrics: MetricRegistry())
        let answer = try await client.send(
            HTTPClientRequest(
                method,
                "http://\(configuration.endpoint.authority)\(path)"
                    + (query.isEmpty ? "" : "?\(request.canonicalQuery)"), fields: fields,
                body: body.isEmpty ? .none : .bytes(body)))
        await client.shutdown()
        #expect(answer.status.code == 200, "\(String(decoding: answer.body, as: UTF8.self))")
        return String(decoding: answer.body, as: UTF8.self)
    }

    @Test func `an upload in parts whose sender died is thrown away, and its object was never there`() async throws {
        let configuration = try S3Server.configuration()
        try await withS3Store(configuration) { store, _ in
            try await store.prepare()
            let uploads = [CanonicalRequest.Item("uploads", "")]
            let begun = try await send(.post, "half", query: uploads, to: configuration)
            let id = try #require(begun.split(separator: "<UploadId>").last?.split(separator: "<").first)
            try await send(
                .put, "half",
                query: [CanonicalRequest.Item("partNumber", "1"), CanonicalRequest.Item("uploadId", String(id))],
                body: patternBytes(100_000), to: configuration)
            try await store.removeAbandonedUploads(olderThan: .seconds(86_400))
            #expect(try await send(.get, query: uploads, to: configuration).contains("<UploadId>\(id)<"))
            // The server's clock has whole seconds.
            try await store.removeAbandonedUploads(olderThan: .seconds(-5))
            #expect(try await !send(.get, query: uploads, to: configuration).contains("<UploadId>"))
            #expect(try await !store.exists(try ObjectKey("half")))
            #expect(try await store.list(.all, after: nil, limit: 10).isEmpty)
        }
    }

    @Test func `an object that others have put there is read for its digest`() async throws {
        let configuration = try S3Server.configuration()
        try await withS3Store(configuration) { store, _ in
            try await store.prepare()
            try await send(.put, "foreign", body: Array("hello".utf8), to: configuration)
            let digest = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"
            #expect(try await store.metadata(try ObjectKey("foreign"))?.sha256 == digest)
            #expect(try await store.bytes(try ObjectKey("foreign"), upTo: 5) == Array("hello".utf8))
        }
    }

    @Test func `a copy on disk is made once, follows the content and makes room`() async throws {
        let time = ManualTime(wall: SystemTime().wall)
        try await withS3Store(try S3Server.configuration(), time: time, copyBytesMax: 1_500) { store, folder in
            let one = try ObjectKey("one")
            #expect(try await store.localPath(one) == nil)
            try await store.put(one, bytes: patternBytes(1_000), contentType: "x/y")
            let path = try #require(try await store.localPath(one))
            #expect(Array(try Data(contentsOf: URL(filePath: path))) == patternBytes(1_000))
            #expect(try await store.localPath(one) == path)
            time.advance(by: .seconds(1))
            try await store.put(one, bytes: [7], contentType: "x/y")
            let newer = try #require(try await store.localPath(one))
            #expect(newer != path)
            // Who was given the old path may still open it; later it gives way.
            try await store.put(try ObjectKey("two"), bytes: patternBytes(900), contentType: "x/y")
            _ = try await store.localPath(try ObjectKey("two"))
            #expect(FileManager.default.fileExists(atPath: path))
            time.advance(by: .seconds(601))
            try await store.put(try ObjectKey("three"), bytes: patternBytes(10), contentType: "x/y")
            _ = try await store.localPath(try ObjectKey("three"))
            #expect(!FileManager.default.fileExists(atPath: path))
            #expect(FileManager.default.fileExists(atPath: newer))
            withExtendedLifetime(folder) {}
        }
    }
}
