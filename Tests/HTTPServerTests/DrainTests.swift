import HTTPMessages
import HTTPServer
import Platform
import TestSupport
import Testing

@Suite struct DrainTests {
    @Test func `Requests under way are answered, then the server is gone`() async throws {
        let (gate, opener) = AsyncStream<Void>.makeStream()
        let (events, reporter) = AsyncStream<Void>.makeStream()
        let routes = [
            Route(.get, "/slow") { _ in
                reporter.yield()
                for await _ in gate { break }
                return .text("done")
            }
        ]
        try await TestServer.run(routes, options: { $0.timeouts.drain = .seconds(20) }) { server in
            let client = try server.connect()
            let idle = try server.connect()
            try await client.send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n")
            for await _ in events { break }
            async let running: Void = server.server.run()
            async let drained: Void = server.server.shutdown()
            // The idle connection is closed while the busy one is still waited for.
            #expect(try await idle.isClosedByServer())
            opener.yield()
            let response = try await client.receiveResponse()
            #expect(response.text == "done")
            #expect(response["connection"] == "close")
            #expect(try await client.isClosedByServer())
            await drained
            try await running
            await #expect(throws: (any Error).self) { try await server.connect().request("GET", "/slow") }
        }
    }

    @Test func `A request that arrives on an idle connection during the drain is answered`() async throws {
        let routes = [Route(.get, "/health") { _ in .text("ok") }]
        try await TestServer.run(routes, options: { $0.timeouts.drainIdle = .seconds(20) }) { server in
            let client = try server.connect()
            #expect(try await client.request("GET", "/health")["connection"] == nil)
            async let drained: Void = server.server.shutdown()
            var last = try await client.request("GET", "/health")
            while last["connection"] == nil { last = try await client.request("GET", "/health") }
            #expect(last.text == "ok")
            await client.close()
            await drained
        }
    }

    @Test func `What does not end is ended at the limit`() async throws {
        let (events, reporter) = AsyncStream<String>.makeStream()
        let routes = [
            Route(.get, "/endless") { _ in
                .stream(contentType: "text/plain") { writer in
                    defer { reporter.yield("ended") }
                    try await writer.write("a")
                    reporter.yield("begun")
                    try await SystemTime().sleep(for: .seconds(60))
                }
            }
        ]
        try await TestServer.run(routes, options: { $0.timeouts.drain = .milliseconds(30) }) { server in
            var reports = events.makeAsyncIterator()
            let client = try server.connect()
            try await client.send("GET /endless HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(await reports.next() == "begun")
            await server.server.shutdown()
            #expect(await reports.next() == "ended")
        }
    }

    @Test func `A port that is taken fails the start`() async throws {
        try await TestServer.run([]) { server in
            await #expect(throws: SystemError.self) {
                try await TestServer.run([], options: { $0.port = server.port }, { _ in })
            }
        }
    }
}
