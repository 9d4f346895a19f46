import HTTPMessages
import HTTPServer
import Metrics
import Platform
import TestSupport
import Testing

/// Real time, but very short limits: the tests wait for what the server does, never for a time of their own.
@Suite struct TimeoutTests {
    private static let routes = [
        Route(.get, "/health") { _ in .text("ok") },
        Route(.post, "/echo") { request in .bytes(try await request.body.collect(upTo: 1000), contentType: "text/plain")
        },
        Route(.get, "/endless") { _ in
            .stream(contentType: "text/plain") { writer in
                while true { try await writer.write([UInt8](repeating: 0x61, count: 65_536)) }
            }
        },
    ]

    @Test func `A head that does not end gets 408, however it trickles in`() async throws {
        try await TestServer.run(Self.routes, options: { $0.timeouts.head = .milliseconds(40) }) { server in
            let client = try server.connect()
            try await client.send("GET /health HTTP/1.1\r\nHost")
            let response = try await client.receiveResponse()
            #expect(response.status == 408)
            #expect(response["connection"] == "close")
            #expect(try await client.isClosedByServer())
        }
    }

    @Test func `The time for a second head begins with its first byte`() async throws {
        try await TestServer.run(Self.routes, options: { $0.timeouts.head = .milliseconds(40) }) { server in
            let client = try server.connect()
            #expect(try await client.request("GET", "/health").status == 200)
            try await client.send("G")
            #expect(try await client.receiveResponse().status == 408)
        }
    }

    @Test func `A connection that says nothing is closed without a word`() async throws {
        try await TestServer.run(Self.routes, options: { $0.timeouts.head = .milliseconds(20) }) { server in
            let client = try server.connect()
            #expect(try await client.isClosedByServer())
        }
    }

    @Test func `An idle connection is closed after its time`() async throws {
        try await TestServer.run(Self.routes, options: { $0.timeouts.keepAlive = .milliseconds(20) }) { server in
            let client = try server.connect()
            #expect(try await client.request("GET", "/health").status == 200)
            #expect(try await client.isClosedByServer())
        }
    }

    @Test func `A body that stops coming gets 408`() async throws {
        try await TestServer.run(Self.routes, options: { $0.timeouts.body = .milliseconds(30) }) { server in
            let client = try server.connect()
            try await client.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc")
            let response = try await client.receiveResponse()
            #expect(response.status == 408)
            #expect(try await client.isClosedByServer())
        }
    }

    @Test func `A body that trickles in more slowly than allowed gets 408, though each piece comes in time`()
        async throws
    {
        let limits: @Sendable (inout HTTPServerOptions) -> Void = {
            $0.timeouts.body = .milliseconds(200)
            $0.timeouts.bodyBytesPerSecondMin = 1_000_000_000
        }
        try await TestServer.run(Self.routes, options: limits) { server in
            let client = try server.connect()
            try await client.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n")
            // 999 pieces take longer than allowed; the last one never comes.
            for _ in 0..<999 {
                if await client.hasInput(withinMilliseconds: 1) { break }
                try await client.send("a")
            }
            #expect(try await client.receiveResponse().status == 408)
        }
    }

    @Test func `A client that stops reading is let go`() async throws {
        try await TestServer.run(Self.routes, options: { $0.timeouts.write = .milliseconds(50) }) { server in
            let client = try server.connect(receiveBufferBytes: 4096)
            try await client.send("GET /endless HTTP/1.1\r\nHost: a\r\n\r\n")
            _ = try await client.receive(through: "\r\n\r\n")
            await server.waitForNoConnections()
        }
    }

    @Test func `A full house turns connections away with 503`() async throws {
        try await TestServer.run(Self.routes, options: { $0.connectionsMax = 2 }) { server in
            let first = try server.connect()
            let second = try server.connect()
            #expect(try await first.request("GET", "/health").status == 200)
            #expect(try await second.request("GET", "/health").status == 200)
            let third = try server.connect()
            #expect(try await third.receiveResponse().status == 503)
            await first.close()
            await server.waitForConnections(1)
            #expect(try await server.connect().request("GET", "/health").status == 200)
        }
    }
}

extension TestServer {
    /// Returns when the server has let go of all connections.
    func waitForNoConnections() async {
        await waitForConnections(0)
    }

    /// Returns when the server has as many connections.
    func waitForConnections(_ count: Int) async {
        let gauge = metrics.gauge("http_connections", help: "")
        while gauge.value != count { await Task.yield() }
    }
}
