import HTTPClient
import HTTPMessages
import HTTPServer
import Platform
import TestSupport
import Testing

@Suite struct `Client and server of the house` {
    @Test func `exchange bodies of any size both ways`() async throws {
        let echo = Route(.post, "/echo", bodyBytesMax: 8 << 20) { request in
            let bytes = try await request.body.collect(upTo: 8 << 20)
            return .bytes(bytes, contentType: "application/octet-stream")
        }
        try await TestServer.run([echo]) { server in
            try await withClient { client in
                for size in [0, 1, 1_023, 65_536, 3 << 20] {
                    let body = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 7) }
                    let response = try await client.send(
                        HTTPClientRequest(
                            .post, "http://127.0.0.1:\(server.port)/echo", body: .bytes(body), retry: .always))
                    #expect(response.status == .ok)
                    #expect(response.body == body)
                }
            }
        }
    }

    @Test func `stream events, and the server sees at once when the reader leaves`() async throws {
        let (left, leave) = AsyncStream.makeStream(of: Void.self)
        let events = Route(.get, "/events") { request in
            .events(request) { writer in
                defer { leave.finish() }
                for number in 1... { try await writer.send(ServerSentEvent(data: "\(number)", id: "\(number)")) }
            }
        }
        try await TestServer.run([events]) { server in
            try await withClient { client in
                let stream = try await client.stream(
                    HTTPClientRequest(.get, "http://127.0.0.1:\(server.port)/events"))
                var parser = ServerSentEventParser()
                var seen: [ServerSentEvent] = []
                for try await chunk in stream.body {
                    seen += try parser.append(chunk)
                    if seen.count >= 100 { break }
                }
                #expect(seen.prefix(100).map(\.data) == (1...100).map(String.init))
                stream.cancel()
                for await _ in left {}
            }
        }
    }

    @Test func `send a file of several megabytes`() async throws {
        let count = Route(.put, "/count", bodyBytesMax: 64 << 20) { request in
            var total = 0
            for try await chunk in request.body { total += chunk.count }
            return .text("\(total)", contentType: "text/plain")
        }
        let folder = try TemporaryFolder()
        let path = try folder.write("big", [UInt8](repeating: 1, count: 20 << 20))
        try await TestServer.run([count]) { server in
            try await withClient { client in
                let response = try await client.send(
                    HTTPClientRequest(.put, "http://127.0.0.1:\(server.port)/count", body: .file(path: path)))
                #expect(String(decoding: response.body, as: UTF8.self) == "\(20 << 20)")
            }
        }
    }
}
