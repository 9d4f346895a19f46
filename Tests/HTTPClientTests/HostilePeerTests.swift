import HTTPClient
import HTTPMessages
import Platform
import TestSupport
import Testing

@Suite struct `Hostile and broken peers` {
    private func code(
        options: HTTPClientOptions = HTTPClientOptions(), bytesMax: Int = 1_000,
        timeouts: HTTPClientRequest.Timeouts = HTTPClientRequest.Timeouts(),
        _ script: @escaping @Sendable (ScriptedConnection) throws -> Void
    ) async throws -> HTTPClientError.Code? {
        let server = try ScriptedServer { connection in
            _ = try connection.readRequest()
            try script(connection)
        }
        return try await withClient(options) { client in
            await failureCode {
                try await client.send(
                    HTTPClientRequest(
                        .get, server.url, timeouts: timeouts, retry: .none, responseBytesMax: bytesMax))
            }
        }
    }

    @Test func `an answer that is not HTTP is refused`() async throws {
        #expect(try await code { try $0.send("220 mail.example ESMTP\r\n\r\n") } != nil)
        #expect(try await code { try $0.send("HTTP/1.1 200 OK\r\nno colon here\r\n\r\n") } == .malformedResponse)
        #expect(try await code { try $0.send("HTTP/1.1 200 OK\r\nA: b\r\n folded\r\n\r\n") } == .malformedResponse)
    }

    @Test func `a connection closed without an answer is a lost connection`() async throws {
        #expect(try await code { _ in } == .connectionLost)
        #expect(try await code { $0.reset() } == .connectionLost)
        #expect(try await code { try $0.send("HTTP/1.1 200 OK\r\nContent-Le") } == .connectionLost)
        #expect(
            try await code {
                try $0.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabc")
            } == .connectionLost)
    }

    @Test func `a body may be as large as allowed and not one byte larger`() async throws {
        let body = String(repeating: "x", count: 1_000)
        #expect(try await code { try $0.respond(body: body) } == nil)
        #expect(try await code { try $0.respond(body: body + "x") } == .responseTooLarge)
    }

    @Test func `an endless head is refused`() async throws {
        let code = try await code { connection in
            try connection.send("HTTP/1.1 200 OK\r\n")
            while true { try connection.send("X-Filler: \(String(repeating: "y", count: 1_000))\r\n") }
        }
        #expect(code == .responseTooLarge)
    }

    @Test func `interim responses without end run into the limit of the head`() async throws {
        let code = try await code { connection in
            while true { try connection.send("HTTP/1.1 102 Processing\r\n\r\n") }
        }
        #expect(code == .responseTooLarge)
    }

    @Test func `a peer that accepts and says nothing meets the first-byte limit`() async throws {
        let limits = HTTPClientRequest.Timeouts(firstByte: .milliseconds(30))
        #expect(try await code(timeouts: limits) { $0.awaitClose() } == .firstByteTimeout)
    }

    @Test func `a peer that stops in the middle meets the idle limit`() async throws {
        let limits = HTTPClientRequest.Timeouts(idle: .milliseconds(30))
        let code = try await code(timeouts: limits) { connection in
            try connection.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc")
            connection.awaitClose()
        }
        #expect(code == .idleTimeout)
    }

    @Test func `a peer that drips meets the limit for the whole`() async throws {
        let limits = HTTPClientRequest.Timeouts(total: .milliseconds(60))
        let code = try await code(bytesMax: 100 << 20, timeouts: limits) { connection in
            try connection.send("HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n")
            while true { try connection.send("x") }
        }
        #expect(code == .totalTimeout)
    }

    @Test func `a port where nobody listens is a failed connection`() async throws {
        let port = try { try ScriptedServer { _ in }.port }()
        let code = try await withClient { client in
            await failureCode {
                try await client.send(HTTPClientRequest(.get, "http://127.0.0.1:\(port)/", retry: .none))
            }
        }
        #expect(code == .connectFailed)
    }

    @Test func `a host that does not exist is told apart`() async throws {
        let code = try await withClient { client in
            await failureCode {
                try await client.send(HTTPClientRequest(.get, "http://no-such-host.invalid/", retry: .none))
            }
        }
        #expect(code == .unknownHost)
    }

    @Test func `one request more than allowed is refused at once`() async throws {
        let server = try ScriptedServer { connection in
            _ = try connection.readRequest()
            connection.report("asked")
            connection.awaitClose()
        }
        var options = HTTPClientOptions()
        options.requestsMax = 1
        try await withClient(options) { client in
            let first = Task { await failureCode { try await client.send(HTTPClientRequest(.get, server.url)) } }
            await server.awaitReport("asked")
            #expect(await failureCode { try await client.send(HTTPClientRequest(.get, server.url)) } == .overloaded)
            first.cancel()
            #expect(await first.value == .cancelled)
        }
    }
}

@Suite struct `Requests that are refused` {
    @Test(arguments: [
        "ftp://127.0.0.1/", "file:///etc/passwd", "gopher://127.0.0.1/", "127.0.0.1", "/path", "http://",
        "http://user@127.0.0.1/", "http://user:secret@127.0.0.1/", "http:///path",
    ])
    func `a URL that is not plain http or https`(url: String) async throws {
        let code = try await withClient { client in
            await failureCode { try await client.send(HTTPClientRequest(.get, url)) }
        }
        #expect(code == .unsupportedURL)
    }

    @Test(arguments: ["http://h/a\r\nX: y", "http://h/a b", "http://h/\u{0}", "http://h/\u{7F}", "http://h/ä"])
    func `a URL with characters that need encoding`(url: String) async throws {
        let code = try await withClient { client in
            await failureCode { try await client.send(HTTPClientRequest(.get, url)) }
        }
        #expect(code == .controlCharacter)
    }

    @Test(arguments: [
        ("X-A", "b\r\nX-B: c"), ("X-A", "b\nc"), ("X-A", "b\u{0}c"), ("X A", "b"), ("X-A:", "b"), ("", "b"),
        ("X\r\n", "b"),
    ])
    func `a field that could become two`(name: String, value: String) async throws {
        let server = try ScriptedServer { _ in }
        let code = try await withClient { client in
            await failureCode {
                try await client.send(HTTPClientRequest(.get, server.url, fields: [HTTPFieldName(name): value]))
            }
        }
        #expect(code == .controlCharacter)
        #expect(server.connectionCount == 0)
    }

    @Test func `a method that is not a token`() async throws {
        let code = try await withClient { client in
            await failureCode {
                try await client.send(HTTPClientRequest(HTTPMethod(rawValue: "GET /\r\n"), "http://127.0.0.1:1/"))
            }
        }
        #expect(code == .controlCharacter)
    }
}
