import HTTPClient
import HTTPMessages
import Platform
import TestSupport
import Testing

@Suite struct `Streamed responses` {
    @Test func `pieces arrive while the response is still being made`() async throws {
        let gate = ScriptGate()
        let server = try ScriptedServer { connection in
            _ = try connection.readRequest()
            try connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\n")
            gate.pass()
            try connection.send("3\r\ntwo\r\n0\r\n\r\n")
        }
        try await withClient { client in
            let stream = try await client.stream(HTTPClientRequest(.get, server.url))
            let iterator = stream.body.makeAsyncIterator()
            #expect(try await iterator.next() == Array("one".utf8))
            gate.open()
            #expect(try await iterator.next() == Array("two".utf8))
            #expect(try await iterator.next() == nil)
        }
    }

    @Test func `a slow reader stops the sender and loses nothing`() async throws {
        let total = 24 << 20
        let server = try ScriptedServer { connection in
            _ = try connection.readRequest()
            try connection.send("HTTP/1.1 200 OK\r\nContent-Length: \(total)\r\n\r\n")
            let piece = [UInt8](repeating: 7, count: 1 << 20)
            for number in 1...24 {
                try connection.send(piece)
                connection.report("sent \(number)")
            }
        }
        var options = HTTPClientOptions()
        options.readAheadBytesMax = 64 << 10
        try await withClient(options) { client in
            var request = HTTPClientRequest(.get, server.url, responseBytesMax: 64 << 20)
            // Our own slowness must not count as the peer's.
            request.timeouts.idle = .milliseconds(200)
            let stream = try await client.stream(request)
            var count = 0
            var largest = 0
            for try await chunk in stream.body {
                count += chunk.count
                largest = max(largest, chunk.count)
            }
            #expect(count == total)
            #expect(largest <= 64 << 10)
        }
    }

    @Test func `cancelling the reading task closes the connection`() async throws {
        let server = try ScriptedServer { connection in
            _ = try connection.readRequest()
            try connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\n")
            connection.awaitClose()
            connection.report("closed")
        }
        try await withClient { client in
            let stream = try await client.stream(HTTPClientRequest(.get, server.url))
            let reader = Task {
                await failureCode { for try await _ in stream.body {} }
            }
            reader.cancel()
            #expect(await reader.value == .cancelled)
            await server.awaitReport("closed")
        }
    }

    @Test func `cancelling while the head is awaited closes the connection`() async throws {
        let server = try ScriptedServer { connection in
            _ = try connection.readRequest()
            connection.report("asked")
            connection.awaitClose()
            connection.report("closed")
        }
        try await withClient { client in
            let caller = Task { await failureCode { try await client.send(HTTPClientRequest(.get, server.url)) } }
            await server.awaitReport("asked")
            caller.cancel()
            #expect(await caller.value == .cancelled)
            await server.awaitReport("closed")
        }
    }

    @Test func `dropping a stream closes the connection`() async throws {
        let server = try ScriptedServer { connection in
            _ = try connection.readRequest()
            try connection.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc")
            connection.awaitClose()
            connection.report("closed")
        }
        try await withClient { client in
            func lookAndLeave() async throws {
                let stream = try await client.stream(HTTPClientRequest(.get, server.url))
                #expect(stream.status == .ok)
            }
            try await lookAndLeave()
            await server.awaitReport("closed")
        }
    }

    @Test func `a cut body hands out what arrived and then fails`() async throws {
        let server = try ScriptedServer { connection in
            _ = try connection.readRequest()
            try connection.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc")
        }
        try await withClient { client in
            let stream = try await client.stream(HTTPClientRequest(.get, server.url))
            var text: [UInt8] = []
            let code = await failureCode { for try await chunk in stream.body { text += chunk } }
            #expect(text == Array("abc".utf8))
            #expect(code == .connectionLost)
        }
    }

    @Test func `shutting down fails what is under way and everything after`() async throws {
        let server = try ScriptedServer { connection in
            _ = try connection.readRequest()
            connection.report("asked")
            connection.awaitClose()
        }
        try await withClient { client in
            async let first = failureCode { try await client.send(HTTPClientRequest(.get, server.url)) }
            await server.awaitReport("asked")
            await client.shutdown()
            #expect(await first == .unavailable)
            #expect(await failureCode { try await client.send(HTTPClientRequest(.get, server.url)) } == .unavailable)
        }
    }
}
