import HTTPServer
import JSONCoding
import TestSupport
import Testing

@Suite struct MalformedRequestTests {
    private static let routes = [
        Route(nil, "/{path...}") { request in
            .bytes(try await request.body.collect(upTo: 1000), contentType: "text/plain")
        }
    ]

    /// Each would be read as one request by some servers and as two, or another, by others.
    static let ambiguous = [
        "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\nabcd",
        "POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 4, 4\r\n\r\nabcd",
        "POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: +4\r\n\r\nabcd",
        "POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 0x4\r\n\r\nabcd",
        "POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 1_0\r\n\r\nabcd",
        "POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999\r\n\r\nabcd",
        "POST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n",
        "POST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
        "POST /a HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "POST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0x1\r\na\r\n0\r\n\r\n",
        "POST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\na\r\n0\r\n\r\n",
        "POST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n0\r\n\r\n",
        "POST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nX: b\r\n c\r\n\r\n",
        "GET / HTTP/1.1\r\nHost : a\r\n\r\n",
        "GET / HTTP/1.1\nHost: a\n\n",
        "GET / HTTP/1.1\r\nHost: a\rb\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nX: a\u{0}b\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        "GET / HTTP/1.1\r\n\r\n",
        "GET  / HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET / HTTP/1.1 \r\nHost: a\r\n\r\n",
        "GET /a b HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET / http/1.1\r\nHost: a\r\n\r\n",
        "G\u{1}T / HTTP/1.1\r\nHost: a\r\n\r\n",
        "\r\n\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n",
    ]

    @Test(arguments: ambiguous)
    func `What can be read in two ways is refused and the connection closed`(text: String) async throws {
        try await TestServer.run(Self.routes) { server in
            let client = try server.connect()
            // The request behind it must never be answered.
            try await client.send(text + "GET /second HTTP/1.1\r\nHost: a\r\n\r\n")
            let response = try await client.receiveResponse()
            #expect(response.status >= 400 && response.status <= 505)
            #expect(response["connection"] == "close")
            #expect(response["content-type"] == "application/problem+json")
            #expect(try await client.isClosedByServer())
        }
    }

    @Test(arguments: ambiguous)
    func `It makes no difference when it comes byte by byte`(text: String) async throws {
        try await TestServer.run(Self.routes, loops: 1) { server in
            let client = try server.connect()
            do {
                for byte in text.utf8 { try await client.send([byte]) }
            } catch {
                // The server may have closed before the last bytes.
            }
            let response = try await client.receiveResponse()
            #expect(response.status >= 400 && response.status <= 505)
            #expect(try await client.isClosedByServer())
        }
    }

    @Test(arguments: [
        ("GET /" + String(repeating: "a", count: 9000) + " HTTP/1.1\r\nHost: a\r\n\r\n", 414),
        ("GET / HTTP/1.1\r\nHost: a\r\nX: " + String(repeating: "a", count: 40_000) + "\r\n\r\n", 431),
        ("GET / HTTP/1.1\r\nHost: a\r\n" + String(repeating: "X: a\r\n", count: 101) + "\r\n", 431),
        ("GET / HTTP/2.0\r\nHost: a\r\n\r\n", 505),
        ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", 501),
    ])
    func `Excess has its own answers`(text: String, status: Int) async throws {
        try await TestServer.run(Self.routes) { server in
            let client = try server.connect()
            try await client.send(text)
            let response = try await client.receiveResponse()
            #expect(response.status == status)
            #expect(try JSONValue(parsing: response.body)["status"]?.integer == Int64(status))
            #expect(try await client.isClosedByServer())
        }
    }

    @Test func `Bytes of another protocol are refused at once`() async throws {
        try await TestServer.run(Self.routes) { server in
            let client = try server.connect()
            try await client.send([0x16, 0x03, 0x01, 0x02, 0x00, 0x01])
            #expect(try await client.receiveResponse().status == 400)
        }
    }
}
