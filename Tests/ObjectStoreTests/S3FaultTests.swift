import FoundationEssentials
import HTTPClient
import ObjectStore
import Platform
import Settings
import TestSupport
import Testing

/// What the store makes of answers that a proper server gives rarely, and an improper one often.
struct S3FaultTests {
    private let key: ObjectKey
    private let digest = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"

    init() throws {
        key = try ObjectKey("k")
    }

    private func error(_ code: String) -> String {
        "<?xml version=\"1.0\"?>\n<Error><Code>\(code)</Code><Message>m</Message></Error>"
    }

    private func readWhole(_ store: S3ObjectStore) async throws -> [UInt8]? {
        try await store.bytes(key, upTo: 1_000_000)
    }

    @Test func `an object that is cut off is an error, never a short object`() async throws {
        let digest = digest
        let server = try ScriptedServer { connection in
            _ = try connection.readRequest()
            try connection.send(
                "HTTP/1.1 200 OK\r\nContent-Length: 10\r\nx-amz-meta-sha256: \(digest)\r\n\r\nhello")
        }
        try await withS3Store(try scripted(server)) { store, _ in
            let failure = await #expect(throws: ObjectStoreError.self) { try await readWhole(store) }
            #expect(failure?.code == .io)
        }
    }

    @Test func `an object of the right length with other bytes is an error`() async throws {
        let digest = digest
        let server = try ScriptedServer { connection in
            _ = try connection.readRequest()
            try connection.respond(fields: ["x-amz-meta-sha256: \(digest)"], body: "hellO")
        }
        try await withS3Store(try scripted(server)) { store, _ in
            let failure = await #expect(throws: ObjectStoreError.self) { try await readWhole(store) }
            #expect(failure?.code == .io)
        }
    }

    @Test func `an answer without a length, and one to another range, are errors`() async throws {
        let digest = digest
        let server = try ScriptedServer { connection in
            let request = try connection.readRequest()
            if request.head.contains("Range:") {
                try connection.send(
                    "HTTP/1.1 206 OK\r\nContent-Length: 2\r\nContent-Range: bytes 1-2/5\r\n\r\nel")
            } else {
                try connection.send("HTTP/1.1 200 OK\r\nx-amz-meta-sha256: \(digest)\r\n\r\nhello")
            }
        }
        try await withS3Store(try scripted(server)) { store, _ in
            await #expect(throws: ObjectStoreError.self) { try await readWhole(store) }
            await #expect(throws: ObjectStoreError.self) { try await store.get(key, range: 0..<2) }
        }
    }

    @Test(arguments: ["503 SlowDown", "500 InternalError", "reset"])
    func `a temporary failure is tried again, each time signed`(kind: String) async throws {
        let server = try ScriptedServer { [error] connection in
            while true {
                let request = try connection.readRequest()
                guard
                    request.head.contains("authorization: AWS4-HMAC-SHA256")
                        || request.head.contains("Authorization: AWS4-HMAC-SHA256")
                else { return try connection.respond(403, body: "") }
                connection.report("asked")
                if connection.number <= 2 {
                    if kind == "reset" { return connection.reset() }
                    let words = kind.split(separator: " ")
                    return try connection.respond(
                        Int(words[0]) ?? 0, fields: ["Connection: close"], body: error(String(words[1])))
                }
                try connection.respond(body: "")
            }
        }
        let time = ManualTime()
        try await withS3Store(try scripted(server), time: time) { store, _ in
            async let stored = store.put(key, bytes: Array("hello".utf8), contentType: "x/y")
            for _ in 0..<2 {
                await time.waitForSleepers()
                time.advance(by: .seconds(20))
            }
            let byteCount = try await stored.byteCount
            #expect(byteCount == 5)
            #expect(server.connectionCount == 3)
        }
    }

    @Test func `a refusal is not tried again`() async throws {
        let server = try ScriptedServer { [error] connection in
            while true {
                _ = try connection.readRequest()
                connection.report("asked")
                try connection.respond(403, body: error("AccessDenied"))
            }
        }
        try await withS3Store(try scripted(server)) { store, _ in
            let failure = await #expect(throws: ObjectStoreError.self) {
                try await store.put(key, bytes: [1], contentType: "x/y")
            }
            #expect(failure?.code == .denied)
            #expect(failure?.description.contains("AccessDenied") == true)
        }
    }

    @Test func `a failing upload in parts is aborted, also when completing fails with 200`() async throws {
        for failing in ["part", "completion"] {
            let server = try ScriptedServer { [error] connection in
                while true {
                    let head = try connection.readRequest().head
                    connection.report(String(head.prefix { $0 != "\r\n" }))
                    if head.hasPrefix("POST /bucket/k?uploads= ") {
                        try connection.respond(
                            body:
                                "<InitiateMultipartUploadResult><UploadId>u&amp;1</UploadId></InitiateMultipartUploadResult>"
                        )
                    } else if head.hasPrefix("PUT") {
                        if failing == "part" {
                            try connection.respond(400, body: error("BadDigest"))
                        } else {
                            try connection.respond(fields: ["ETag: \"e\""], body: "")
                        }
                    } else if head.hasPrefix("POST") {
                        try connection.respond(200, body: "  " + error("InternalError"))
                    } else {
                        try connection.respond(204, body: "")
                    }
                }
            }
            var configuration = try scripted(server)
            configuration.partBytes = 10
            try await withS3Store(configuration) { store, folder in
                await #expect(throws: ObjectStoreError.self) {
                    try await store.put(key, bytes: patternBytes(25), contentType: "x/y")
                }
                await server.awaitReport("DELETE /bucket/k?uploadId=u%261 HTTP/1.1")
                let left = try FileManager.default.contentsOfDirectory(atPath: folder.file("outgoing"))
                #expect(left.isEmpty)
            }
        }
    }

    @Test func `a cancelled upload in parts is aborted`() async throws {
        let server = try ScriptedServer { connection in
            while true {
                let head = try connection.readRequest().head
                connection.report(String(head.prefix { $0 != " " }))
                if head.hasPrefix("POST") {
                    try connection.respond(
                        body: "<InitiateMultipartUploadResult><UploadId>u</UploadId></InitiateMultipartUploadResult>")
                } else if head.hasPrefix("PUT") {
                    connection.awaitClose()
                } else {
                    try connection.respond(204, body: "")
                }
            }
        }
        var configuration = try scripted(server)
        configuration.partBytes = 10
        try await withS3Store(configuration) { store, _ in
            let upload = Task { try await store.put(key, bytes: patternBytes(25), contentType: "x/y") }
            await server.awaitReport("PUT")
            upload.cancel()
            await #expect(throws: CancellationError.self) { try await upload.value }
            await server.awaitReport("DELETE")
        }
    }

    @Test func `uploads that nobody completed are removed a day later`() async throws {
        let server = try ScriptedServer { connection in
            while true {
                let head = try connection.readRequest().head
                connection.report(String(head.prefix { $0 != "\r\n" }))
                if head.hasPrefix("GET") {
                    let uploads = [("old", "2026-01-01T00:00:00.000Z"), ("new", "2026-01-02T02:00:00.000Z")].map {
                        "<Upload><Key>k/\($0)</Key><UploadId>\($0)</UploadId><Initiated>\($1)</Initiated></Upload>"
                    }
                    try connection.respond(
                        body: "<ListMultipartUploadsResult>\(uploads.joined())</ListMultipartUploadsResult>")
                } else {
                    try connection.respond(head.hasPrefix("HEAD") ? 200 : 204, body: "")
                }
            }
        }
        // 2026-01-02T03:03:04Z
        try await withS3Store(try scripted(server), time: ManualTime()) { store, _ in
            try await store.prepare()
        }
        var seen: [String] = []
        for await report in server.reports {
            seen.append(report)
            if report.hasPrefix("DELETE") { break }
        }
        #expect(
            seen == [
                "HEAD /bucket HTTP/1.1", "GET /bucket?uploads= HTTP/1.1", "DELETE /bucket/k/old?uploadId=old HTTP/1.1",
            ])
    }

    @Test(arguments: [
        "", "<", "<ListBucketResult>", "<ListBucketResult></Other>", "<Other/>", "<!DOCTYPE a [<!ENTITY b 'c'>]><a/>",
        "<ListBucketResult>&b;</ListBucketResult>", "<ListBucketResult><Contents/></ListBucketResult>",
        "<ListBucketResult><IsTruncated>true</IsTruncated></ListBucketResult>", "<ListBucketResult/><a/>",
        "<ListBucketResult a=b/>", "<ListBucketResult>\u{0}&#0;</ListBucketResult>",
        String(repeating: "<a>", count: 100_000),
    ])
    func `a listing that is none is an error`(document: String) async throws {
        let server = try ScriptedServer { connection in
            while true {
                _ = try connection.readRequest()
                try connection.respond(body: document)
            }
        }
        try await withS3Store(try scripted(server)) { store, _ in
            let failure = await #expect(throws: ObjectStoreError.self) {
                try await store.list(.all, after: nil, limit: 10)
            }
            #expect(failure?.code == .io)
        }
    }

    @Test func `a listing is read whatever its prefixes, attributes, comments and references`() async throws {
        let document = """
            <?xml version="1.0" encoding="UTF-8"?><!-- c --><s:ListBucketResult xmlns:s='http://x/' n="1">
            <s:Contents><s:Key>a+b%2Bc%25&#x41;&amp;<![CDATA[<]]></s:Key><s:Size>3</s:Size>
            <s:LastModified>2026-01-02T03:04:05.678Z</s:LastModified></s:Contents>
            <s:Contents><s:Key>folder/</s:Key><s:Size>0</s:Size><s:LastModified>2026-01-02T03:04:05Z</s:LastModified>
            </s:Contents><s:IsTruncated>false</s:IsTruncated></s:ListBucketResult>
            """
        let server = try ScriptedServer { connection in
            _ = try connection.readRequest()
            try connection.respond(body: document)
        }
        try await withS3Store(try scripted(server)) { store, _ in
            let listed = try await store.list(.all, after: nil, limit: 10)
            #expect(listed.map(\.key.description) == ["a b+c%A&<"])
            #expect(listed.first?.byteCount == 3)
        }
    }

    @Test func `a server that cannot be reached is unavailable`() async throws {
        let port = try ScriptedServer { _ in }.port
        let configuration = S3Configuration(
            endpoint: try #require(S3Endpoint("127.0.0.1:\(port)")), bucket: "bucket", accessKeyID: "a",
            secretAccessKey: Secret("b"))
        let time = ManualTime()
        try await withS3Store(configuration, time: time) { store, _ in
            async let asked = store.metadata(key)
            for _ in 0..<3 {
                await time.waitForSleepers()
                time.advance(by: .seconds(20))
            }
            do {
                _ = try await asked
                Issue.record("nobody was there")
            } catch let failure as ObjectStoreError {
                #expect(failure.code == .unavailable)
            }
        }
    }
}
