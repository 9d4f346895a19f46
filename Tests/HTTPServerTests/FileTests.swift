import HTTPMessages
import HTTPServer
import TestSupport
import Testing

@Suite struct FileTests {
    private static func withFile(
        _ bytes: [UInt8], _ body: (RawHTTPClient) async throws -> Void
    ) async throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("file", bytes)
        let routes = [
            Route(.get, "/file") { try .file(path: path, contentType: "text/plain", request: $0) },
            Route(.get, "/missing") { try .file(path: path + "x", contentType: "text/plain", request: $0) },
            Route(.get, "/folder") { try .file(path: folder.path, contentType: "text/plain", request: $0) },
        ]
        try await TestServer.run(routes) { try await body(try $0.connect()) }
    }

    @Test func `A large file arrives whole`() async throws {
        let bytes = (0..<5_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) }
        try await Self.withFile(bytes) { client in
            let response = try await client.request("GET", "/file")
            #expect(response["content-length"] == "5000000")
            #expect(response["accept-ranges"] == "bytes")
            #expect(response.body == bytes)
            let part = try await client.request("GET", "/file", fields: "Range: bytes=1000000-3999999\r\n")
            #expect(part.body == Array(bytes[1_000_000..<4_000_000]))
        }
    }

    @Test(arguments: [
        ("bytes=0-0", "a", "bytes 0-0/10"), ("bytes=2-4", "cde", "bytes 2-4/10"), ("bytes=7-", "hij", "bytes 7-9/10"),
        ("bytes=-3", "hij", "bytes 7-9/10"), ("bytes=-99", "abcdefghij", "bytes 0-9/10"),
        ("bytes=8-99", "ij", "bytes 8-9/10"),
    ])
    func `A range is answered with its part`(range: String, text: String, contentRange: String) async throws {
        try await Self.withFile(Array("abcdefghij".utf8)) { client in
            let response = try await client.request("GET", "/file", fields: "Range: \(range)\r\n")
            #expect(response.status == 206)
            #expect(response["content-range"] == contentRange)
            #expect(response.text == text)
        }
    }

    @Test(arguments: ["bytes=10-", "bytes=99-100", "bytes=-0"])
    func `A range outside the file is refused`(range: String) async throws {
        try await Self.withFile(Array("abcdefghij".utf8)) { client in
            let response = try await client.request("GET", "/file", fields: "Range: \(range)\r\n")
            #expect(response.status == 416)
            #expect(response["content-range"] == "bytes */10")
        }
    }

    @Test(arguments: ["bytes=4-2", "bytes=a-b", "lines=1-2", "bytes=1-2,4-5", "bytes=", "bytes=--1"])
    func `A range that is none is ignored`(range: String) async throws {
        try await Self.withFile(Array("abcdefghij".utf8)) { client in
            let response = try await client.request("GET", "/file", fields: "Range: \(range)\r\n")
            #expect(response.status == 200)
        }
    }

    @Test func `Conditions spare what the client has`() async throws {
        try await Self.withFile(Array("abcdefghij".utf8)) { client in
            let first = try await client.request("HEAD", "/file")
            let tag = try #require(first["etag"])
            let date = try #require(first["last-modified"])
            #expect(first["content-length"] == "10")
            for field in [
                "If-None-Match: \(tag)", "If-None-Match: \"x\", W/\(tag)", "If-None-Match: *",
                "If-Modified-Since: \(date)",
            ] {
                let response = try await client.request("GET", "/file", fields: field + "\r\n")
                #expect(response.status == 304)
                #expect(response["etag"] == tag)
            }
            let old = "If-None-Match: \"x\"\r\nIf-Modified-Since: \(date)\r\n"
            #expect(try await client.request("GET", "/file", fields: old).status == 200)
            let range = "Range: bytes=0-1\r\n"
            #expect(try await client.request("GET", "/file", fields: "\(range)If-Range: \(tag)\r\n").status == 206)
            #expect(try await client.request("GET", "/file", fields: "\(range)If-Range: \"x\"\r\n").status == 200)
        }
    }

    @Test func `What is no file is not found`() async throws {
        try await Self.withFile([]) { client in
            #expect(try await client.request("GET", "/missing").status == 404)
            #expect(try await client.request("GET", "/folder").status == 404)
            let empty = try await client.request("GET", "/file")
            #expect(empty.status == 200 && empty.body.isEmpty)
        }
    }
}
