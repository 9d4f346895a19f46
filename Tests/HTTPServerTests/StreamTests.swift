import HTTPMessages
import HTTPServer
import Platform
import Synchronization
import TestSupport
import Testing

private struct Broken: Error {}

@Suite struct StreamTests {
    @Test func `A stream without a length is chunked, one with a length is counted`() async throws {
        let routes = [
            Route(.get, "/chunked") { _ in
                .stream(contentType: "text/plain") { writer in
                    for number in 0..<1000 { try await writer.write("\(number),") }
                }
            },
            Route(.get, "/counted") { _ in
                .stream(contentType: "text/plain", length: 6) { writer in
                    try await writer.write("abc")
                    try await writer.write("def")
                }
            },
        ]
        try await TestServer.run(routes) { server in
            let client = try server.connect()
            let chunked = try await client.request("GET", "/chunked")
            #expect(chunked["transfer-encoding"] == "chunked")
            #expect(chunked.text == (0..<1000).map { "\($0)," }.joined())
            let counted = try await client.request("GET", "/counted")
            #expect(counted["content-length"] == "6")
            #expect(counted.text == "abcdef")
            #expect(try await client.request("HEAD", "/chunked").body.isEmpty)
            try await client.send("GET /chunked HTTP/1.0\r\n\r\n")
            #expect(try await client.receiveTextToEnd().hasSuffix("998,999,"))
        }
    }

    @Test(arguments: ["/fails", "/short", "/long"])
    func `A stream that goes wrong never looks complete`(path: String) async throws {
        let routes = [
            Route(.get, "/fails") { _ in
                .stream(contentType: "text/plain") { writer in
                    try await writer.write("abc")
                    throw Broken()
                }
            },
            Route(.get, "/short") { _ in .stream(contentType: "text/plain", length: 6) { try await $0.write("abc") } },
            Route(.get, "/long") { _ in .stream(contentType: "text/plain", length: 2) { try await $0.write("abc") } },
        ]
        try await TestServer.run(routes) { server in
            let client = try server.connect()
            await #expect(throws: RawHTTPClient.Failure.self) { try await client.request("GET", path) }
        }
    }

    @Test func `A client that reads slowly holds back whoever writes`() async throws {
        let written = Counting()
        let routes = [
            Route(.get, "/endless") { _ in
                .stream(contentType: "text/plain") { writer in
                    while true {
                        try await writer.write([UInt8](repeating: 0x61, count: 10_000))
                        written.add(10_000)
                    }
                }
            },
            Route(.get, "/health") { _ in .text("ok") },
        ]
        try await TestServer.run(routes, loops: 1) { server in
            let slow = try server.connect(receiveBufferBytes: 65_536)
            try await slow.send("GET /endless HTTP/1.1\r\nHost: a\r\n\r\n")
            _ = try await slow.receive(through: "\r\n\r\n")
            // Others are served all the while, and the writer comes to rest at what the kernel and the limit hold.
            let other = try server.connect()
            var before = -1
            while before != written.value {
                before = written.value
                for _ in 0..<50 { #expect(try await other.request("GET", "/health").status == 200) }
            }
            #expect(before < 8_000_000)
            _ = try await slow.receive(count: before + 1_000_000)
            #expect(written.value > before)
        }
    }

    @Test func `An upload goes no faster than it is read`() async throws {
        let (gate, opener) = AsyncStream<Void>.makeStream()
        let routes = [
            Route(.post, "/slow", bodyBytesMax: 1 << 30) { request in
                var total = 0
                for await _ in gate { break }
                for try await chunk in request.body { total += chunk.count }
                return .text("\(total)")
            }
        ]
        try await TestServer.run(routes) { server in
            let client = try server.connect()
            let total = 64 << 20
            try await client.send("POST /slow HTTP/1.1\r\nHost: a\r\nContent-Length: \(total)\r\n\r\n")
            let sent = try await client.sendUntilBlocked(limit: total)
            #expect(sent < total)
            opener.yield()
            try await client.send([UInt8](repeating: 0x61, count: total - sent))
            #expect(try await client.receiveResponse().text == "\(total)")
        }
    }

    @Test(arguments: [true, false])
    func `A client that goes away cancels its handler`(isReset: Bool) async throws {
        let (events, reporter) = AsyncStream<String>.makeStream()
        let routes = [
            Route(.get, "/wait") { _ in
                reporter.yield("begun")
                do {
                    try await SystemTime().sleep(for: .seconds(60))
                } catch {
                    reporter.yield("cancelled")
                    throw error
                }
                return .text("never")
            }
        ]
        try await TestServer.run(routes) { server in
            var reports = events.makeAsyncIterator()
            let client = try server.connect()
            try await client.send("GET /wait HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(await reports.next() == "begun")
            await client.close(isReset: isReset)
            #expect(await reports.next() == "cancelled")
            await server.waitForNoConnections()
        }
    }

    @Test func `A client that goes away ends its stream`() async throws {
        let (events, reporter) = AsyncStream<String>.makeStream()
        let routes = [
            Route(.get, "/events") { request in
                .events(request, heartbeat: .milliseconds(5)) { writer in
                    defer { reporter.yield("ended") }
                    try await writer.send(ServerSentEvent(event: "hello", data: "1", id: "7"))
                    try await SystemTime().sleep(for: .seconds(60))
                }
            }
        ]
        try await TestServer.run(routes) { server in
            let client = try server.connect()
            try await client.send("GET /events HTTP/1.1\r\nHost: a\r\n\r\n")
            _ = try await client.receive(through: ": ping\n\n")
            await client.close()
            var reports = events.makeAsyncIterator()
            #expect(await reports.next() == "ended")
        }
    }
}

@Suite struct EventStreamTests {
    @Test func `Events carry their fields, and reconnecting clients say where they were`() async throws {
        let routes = [
            Route(.get, "/events") { request in
                let start = request.lastEventID.flatMap { Int($0) } ?? 0
                return .events(request) { writer in
                    for number in start + 1...start + 3 {
                        try await writer.send(
                            ServerSentEvent(event: "page", data: "{\"n\":\(number)}", id: "\(number)"))
                    }
                }
            }
        ]
        try await TestServer.run(routes) { server in
            let client = try server.connect()
            let response = try await client.request("GET", "/events", fields: "Last-Event-ID: 40\r\n")
            #expect(response["content-type"] == "text/event-stream")
            #expect(response["cache-control"] == "no-cache")
            #expect(response["x-accel-buffering"] == "no")
            #expect(
                response.text
                    == (41...43).map { "event: page\nid: \($0)\ndata: {\"n\":\($0)}\n\n" }.joined())
        }
    }

    @Test func `Silence is filled with comments`() async throws {
        let routes = [
            Route(.get, "/events") { request in
                .events(request, heartbeat: .milliseconds(5)) { _ in try await SystemTime().sleep(for: .seconds(60)) }
            }
        ]
        try await TestServer.run(routes) { server in
            let client = try server.connect()
            try await client.send("GET /events HTTP/1.1\r\nHost: a\r\n\r\n")
            for _ in 0..<3 { _ = try await client.receive(through: "8\r\n: ping\n\n\r\n") }
        }
    }
}

/// A number that the server's side adds to and the test reads.
final class Counting: Sendable {
    private let count = Atomic<Int>(0)
    var value: Int { count.load(ordering: .relaxed) }
    func add(_ amount: Int) { count.wrappingAdd(amount, ordering: .relaxed) }
}
