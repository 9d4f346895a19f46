import HTTPClient
import HTTPMessages
import Metrics
import Platform
import TestSupport
import Testing

@Suite struct `Requests and responses` {
    @Test func `method, target, fields and body arrive as they were given`() async throws {
        let server = try ScriptedServer { connection in
            let request = try connection.readRequest()
            try connection.respond(201, fields: ["X-Echo: yes"], body: request.head + "\r\n|" + request.text)
        }
        let response = try await withClient { client in
            try await client.send(
                HTTPClientRequest(
                    .post, server.url + "/a/../b?q=1%202", fields: ["X-Custom": "one", "Content-Type": "text/plain"],
                    body: .bytes(Array("hello\0world".utf8))))
        }
        let lines = String(decoding: response.body, as: UTF8.self).split(separator: "\r\n")
        #expect(response.status.code == 201)
        #expect(response.fields.first("x-echo") == "yes")
        #expect(lines.first == "POST /a/../b?q=1%202 HTTP/1.1")
        #expect(lines.contains("X-Custom: one"))
        #expect(lines.contains("Content-Length: 11"))
        #expect(!lines.contains { $0.lowercased().hasPrefix("expect") })
        #expect(lines.last == "|hello\0world")
    }

    @Test(arguments: ["GET", "DELETE", "PUT", "PATCH", "OPTIONS"])
    func `every method goes out under its own name`(name: String) async throws {
        let server = try ScriptedServer { connection in
            let request = try connection.readRequest()
            try connection.respond(body: request.head)
        }
        let response = try await withClient { client in
            try await client.send(HTTPClientRequest(HTTPMethod(rawValue: name), server.url + "/x"))
        }
        #expect(String(decoding: response.body, as: UTF8.self).hasPrefix("\(name) /x HTTP/1.1"))
    }

    @Test func `HEAD ends with the head although a length is announced`() async throws {
        let server = try ScriptedServer { connection in
            _ = try connection.readRequest()
            try connection.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n")
            connection.awaitClose()
        }
        let response = try await withClient { try await $0.send(HTTPClientRequest(.head, server.url)) }
        #expect(response.status == .ok)
        #expect(response.body.isEmpty)
    }

    @Test func `a connection is used again`() async throws {
        let server = try ScriptedServer { connection in
            while true {
                _ = try connection.readRequest()
                try connection.respond(body: "\(connection.number)")
            }
        }
        try await withClient { client in
            for _ in 1...5 {
                let response = try await client.send(HTTPClientRequest(.get, server.url))
                #expect(response.body == Array("1".utf8))
            }
        }
        #expect(server.connectionCount == 1)
    }

    @Test func `a request that must not be repeated never meets an old connection`() async throws {
        let server = try ScriptedServer { connection in
            _ = try connection.readRequest()
            try connection.respond(body: "first")
            // The next request on this connection would be lost, and libcurl would send it again by itself.
            _ = try connection.readRequest()
        }
        try await withClient { client in
            _ = try await client.send(HTTPClientRequest(.get, server.url))
            let response = try await client.send(HTTPClientRequest(.post, server.url, body: .bytes([1])))
            #expect(response.body == Array("first".utf8))
        }
        #expect(server.connectionCount == 2)
    }

    @Test func `a chunked body and interim responses are understood`() async throws {
        let server = try ScriptedServer { connection in
            _ = try connection.readRequest()
            try connection.send("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n")
            try connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nX-A: 1\r\nX-A:  2 \r\n\r\n")
            try connection.send("3\r\nabc\r\n2\r\nde\r\n0\r\nX-Trailer: t\r\n\r\n")
        }
        let response = try await withClient { try await $0.send(HTTPClientRequest(.get, server.url)) }
        #expect(response.body == Array("abcde".utf8))
        #expect(response.fields.all("x-a") == ["1", "2"])
        #expect(response.fields.first("link") == nil)
        #expect(response.fields.first("x-trailer") == nil)
    }

    @Test func `a redirect is an answer and is not followed`() async throws {
        let server = try ScriptedServer { connection in
            _ = try connection.readRequest()
            try connection.respond(302, fields: ["Location: http://127.0.0.1:1/"], body: "")
        }
        let response = try await withClient { try await $0.send(HTTPClientRequest(.get, server.url)) }
        #expect(response.status == .found)
        #expect(server.connectionCount == 1)
    }

    @Test func `a file is sent as it is`() async throws {
        let folder = try TemporaryFolder()
        let content = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let path = try folder.write("upload.bin", content)
        let server = try ScriptedServer { connection in
            let request = try connection.readRequest()
            let isRight = request.body == (0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
            try connection.respond(body: "\(isRight)")
        }
        let response = try await withClient {
            try await $0.send(HTTPClientRequest(.put, server.url, body: .file(path: path)))
        }
        #expect(response.body == Array("true".utf8))
    }

    @Test func `a file that does not exist fails before anything is sent`() async throws {
        let server = try ScriptedServer { _ in }
        let code = await failureCode {
            try await withClient {
                try await $0.send(HTTPClientRequest(.put, server.url, body: .file(path: "/no/such")))
            }
        }
        #expect(code == .unreadableFile)
        #expect(server.connectionCount == 0)
    }

    @Test func `many requests at once all get their own answers`() async throws {
        let server = try ScriptedServer { connection in
            while true {
                let request = try connection.readRequest()
                try connection.respond(body: String(request.head.prefix { $0 != "\r\n" }))
            }
        }
        try await withClient { client in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<100 {
                    group.addTask {
                        let response = try await client.send(HTTPClientRequest(.get, "\(server.url)/\(number)"))
                        #expect(String(decoding: response.body, as: UTF8.self) == "GET /\(number) HTTP/1.1")
                    }
                }
                try await group.waitForAll()
            }
        }
    }

    @Test func `outcomes are counted by peer`() async throws {
        let server = try ScriptedServer { connection in
            _ = try connection.readRequest()
            try connection.respond(404, body: "")
        }
        let metrics = MetricRegistry()
        try await withClient(metrics: metrics) { client in
            _ = try await client.send(HTTPClientRequest(.get, server.url, peer: "stand-in"))
        }
        let text = String(decoding: metrics.exposition(), as: UTF8.self)
        #expect(text.contains("http_client_requests_total{peer=\"stand-in\",outcome=\"4xx\"} 1"))
    }
}
