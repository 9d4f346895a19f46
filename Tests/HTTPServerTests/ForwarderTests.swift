import HTTPForwarder
import HTTPMessages
import HTTPServer
import JSONCoding
import Metrics
import Platform
import TestSupport
import Testing

/// A gateway in front of a port, for the time of one closure.
private func withGateway(
    to port: UInt16, options: ForwarderOptions = ForwarderOptions(), extraFields: HTTPFields = [:],
    _ body: (TestServer) async throws -> Void
) async throws {
    let group = try EventLoopGroup(count: 1)
    try await TestServer.run(
        { group in
            let forwarder = Forwarder(
                upstream: UpstreamAddress(host: "127.0.0.1", port: port), options: options, group: group,
                metrics: MetricRegistry())
            return [
                Route(nil, "/{path...}", bodyBytesMax: 1 << 30) {
                    try await forwarder.forward($0, extraFields: extraFields)
                }
            ]
        }, group: group, body)
}

private let upstreamRoutes: [Route] = [
    Route(.get, "/fields") { request in
        .json(.object(JSONObject(request.fields.map { ($0.name.text.lowercased(), .string($0.value)) })))
    },
    Route(.post, "/echo", bodyBytesMax: 1 << 30) { request in
        .bytes(try await request.body.collect(upTo: 1 << 30), contentType: "text/plain")
    },
    Route(.post, "/duplex") { request in
        .stream(contentType: "text/plain") { writer in
            for try await chunk in request.body { try await writer.write(chunk) }
        }
    },
    Route(.post, "/refuse", bodyBytesMax: 10) { _ in .text("never") },
    Route(.get, "/teapot") { _ in
        HTTPResponse(
            status: 418, fields: ["X-Kept": "1"], body: .bytes([0x61]))
    },
    Route(.get, "/socket") { request in
        .webSocket(request) { socket in
            for try await message in socket { if case .text(let text) = message { try await socket.send(text: text) } }
        }
    },
]

@Suite struct ForwarderTests {
    @Test func `Fields of the connection stay behind, those of the gateway are set`() async throws {
        try await TestServer.run(upstreamRoutes) { upstream in
            try await withGateway(to: upstream.port, extraFields: ["X-User": "u1"]) { gateway in
                let client = try gateway.connect()
                let response = try await client.request(
                    "GET", "/fields",
                    fields: "X-User: forged\r\nX-Forwarded-For: 6.6.6.6\r\nForwarded: for=6.6.6.6\r\nTE: trailers\r\n"
                        + "Connection: keep-alive, X-Private\r\nX-Private: 1\r\nX-Request-Id: r-1\r\nCookie: a=b\r\n")
                let fields = try JSONValue(parsing: response.body)
                #expect(fields["host"]?.string == "127.0.0.1:\(upstream.port)")
                #expect(fields["x-forwarded-host"]?.string == "test")
                #expect(fields["x-forwarded-for"]?.string == "127.0.0.1")
                #expect(fields["x-forwarded-proto"]?.string == "http")
                #expect(fields["x-user"]?.string == "u1")
                #expect(fields["x-request-id"]?.string == "r-1")
                #expect(fields["cookie"]?.string == "a=b")
                #expect(fields["traceparent"]?.string?.count == 55)
                for name in ["te", "forwarded", "x-private", "connection", "keep-alive"] {
                    #expect(fields[name] == nil)
                }
                #expect(response["x-request-id"] == "r-1")
                let teapot = try await client.request("GET", "/teapot")
                #expect(teapot.status == 418)
                #expect(teapot["x-kept"] == "1")
                let head = try await client.request("HEAD", "/teapot")
                #expect(head["content-length"] == "1")
                #expect(try await client.request("GET", "/nowhere").status == 404)
            }
        }
    }

    @Test func `Fields of the upstream connection are not passed back`() async throws {
        let server = try ScriptedServer { connection in
            _ = try connection.readRequest()
            let fields = ["Connection: X-Hop, close", "X-Hop: 1", "Keep-Alive: timeout=5", "Trailer: X-T", "X-Kept: 1"]
            try connection.respond(fields: fields, body: "a")
        }
        try await withGateway(to: server.port) { gateway in
            let client = try gateway.connect()
            let response = try await client.request("GET", "/")
            for name in ["connection", "x-hop", "keep-alive", "trailer"] { #expect(response[name] == nil) }
            #expect(response["x-kept"] == "1")
        }
    }

    @Test func `Bodies pass through, counted and chunked, small and large`() async throws {
        try await TestServer.run(upstreamRoutes) { upstream in
            try await withGateway(to: upstream.port) { gateway in
                let client = try gateway.connect()
                for count in [0, 5, 70_000, 5_000_000] {
                    let body = (0..<count).map { UInt8(truncatingIfNeeded: $0 >> 4) }
                    let head = "POST /echo HTTP/1.1\r\nHost: a\r\n"
                    try await client.send(Array("\(head)Content-Length: \(count)\r\n\r\n".utf8) + body)
                    #expect(try await client.receiveResponse().body == body)
                    let chunk = count == 0 ? [] : Array("\(String(count, radix: 16))\r\n".utf8) + body + [13, 10]
                    let start = Array("\(head)Transfer-Encoding: chunked\r\n\r\n".utf8)
                    try await client.send(start + chunk + Array("0\r\n\r\n".utf8))
                    #expect(try await client.receiveResponse().body == body)
                }
            }
        }
    }

    @Test func `A server that answers while it reads is passed on in both directions`() async throws {
        try await TestServer.run(upstreamRoutes) { upstream in
            try await withGateway(to: upstream.port) { gateway in
                let client = try gateway.connect()
                try await client.send("POST /duplex HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n")
                for piece in ["abc", "def", "ghi"] {
                    try await client.send(piece)
                    _ = try await client.receive(through: "3\r\n\(piece)\r\n")
                }
                _ = try await client.receive(through: "0\r\n\r\n")
                #expect(try await client.request("GET", "/teapot").status == 418)
            }
        }
    }

    @Test func `A refusal before the end of an upload reaches the client`() async throws {
        try await TestServer.run(upstreamRoutes) { upstream in
            try await withGateway(to: upstream.port) { gateway in
                let client = try gateway.connect()
                try await client.send("POST /refuse HTTP/1.1\r\nHost: a\r\nContent-Length: 10000000\r\n\r\n")
                try await client.send([UInt8](repeating: 1, count: 100_000))
                let response = try await client.receiveResponse()
                #expect(response.status == 413)
                #expect(response["connection"] == "close")
                #expect(try await client.isClosedByServer())
            }
        }
    }

    @Test func `Events pass through as they come`() async throws {
        let (gate, opener) = AsyncStream<Int>.makeStream()
        let routes = [
            Route(.get, "/events") { request in
                .events(request, heartbeat: .milliseconds(10)) { writer in
                    for await number in gate { try await writer.send(ServerSentEvent(data: "\(number)")) }
                }
            }
        ]
        try await TestServer.run(routes) { upstream in
            try await withGateway(to: upstream.port) { gateway in
                let client = try gateway.connect()
                try await client.send("GET /events HTTP/1.1\r\nHost: a\r\n\r\n")
                _ = try await client.receive(through: "text/event-stream")
                for number in 1...3 {
                    opener.yield(number)
                    _ = try await client.receive(through: "data: \(number)\n\n")
                }
                _ = try await client.receive(through: ": ping")
                opener.finish()
                _ = try await client.receive(through: "0\r\n\r\n")
            }
        }
    }

    @Test func `A client that goes away ends the upstream request`() async throws {
        let (events, reporter) = AsyncStream<String>.makeStream()
        let routes = [
            Route(.get, "/wait") { _ in
                defer { reporter.yield("ended") }
                reporter.yield("begun")
                try await SystemTime().sleep(for: .seconds(60))
                return .text("never")
            }
        ]
        try await TestServer.run(routes) { upstream in
            try await withGateway(to: upstream.port) { gateway in
                var reports = events.makeAsyncIterator()
                let client = try gateway.connect()
                try await client.send("GET /wait HTTP/1.1\r\nHost: a\r\n\r\n")
                #expect(await reports.next() == "begun")
                await client.close()
                #expect(await reports.next() == "ended")
            }
        }
    }

    @Test func `WebSockets pass through a tunnel`() async throws {
        try await TestServer.run(upstreamRoutes) { upstream in
            try await withGateway(to: upstream.port) { gateway in
                let client = try gateway.connect()
                try await client.send(
                    "GET /socket HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                        + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: c3dpZnQtZml2ZS1zdmNzIQ==\r\n\r\n")
                let response = try await client.receiveResponse()
                #expect(response.status == 101)
                #expect(response["sec-websocket-accept"] == "QOcY+0+UmDGdk/UjXVSL5r+kNKw=")
                for text in ["hello", "again"] {
                    var bytes: [UInt8] = []
                    WebSocketFrameEncoder.append(.text, text.utf8, mask: 77, to: &bytes)
                    try await client.send(bytes)
                    #expect(try await client.receive(count: 2 + text.utf8.count).dropFirst(2).elementsEqual(text.utf8))
                }
                var close: [UInt8] = []
                WebSocketFrameEncoder.appendClose(.normal, mask: 77, to: &close)
                try await client.send(close)
                #expect(try await client.receive(count: 4) == [0x88, 2, 3, 232])
                #expect(try await client.isClosedByServer())
            }
        }
    }
}

@Suite struct FailingUpstreamTests {
    private static let get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"

    @Test func `Nobody there is 502, and after some failures 503 at once`() async throws {
        let unused = try await TestServer.run([]) { $0.port }
        try await withGateway(to: unused) { gateway in
            let client = try gateway.connect()
            for _ in 0..<5 { #expect(try await client.request("GET", "/").status == 502) }
            let refused = try await client.request("GET", "/")
            #expect(refused.status == 503)
            #expect(refused["retry-after"] != nil)
        }
    }

    @Test func `A connection that died unused is replaced without the client noticing`() async throws {
        let server = try ScriptedServer { connection in
            _ = try connection.readRequest()
            try connection.respond(body: "\(connection.number)")
            if connection.number == 1 {
                // Takes the next request and hangs up on it.
                _ = try connection.readRequest()
                return
            }
            connection.awaitClose()
        }
        try await withGateway(to: server.port) { gateway in
            let client = try gateway.connect()
            #expect(try await client.request("GET", "/").text == "1")
            #expect(try await client.request("GET", "/").text == "2")
        }
    }

    @Test func `A request that may have had an effect is not sent twice`() async throws {
        let server = try ScriptedServer { connection in
            _ = try connection.readRequest()
            try connection.respond(body: "\(connection.number)")
            _ = try connection.readRequest()
        }
        try await withGateway(to: server.port) { gateway in
            let client = try gateway.connect()
            #expect(try await client.request("GET", "/").text == "1")
            try await client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx")
            #expect(try await client.receiveResponse().status == 502)
            #expect(server.connectionCount == 1)
        }
    }

    @Test(arguments: [
        "HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\nabc",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabc",
    ])
    func `A server that dies in the middle of a body does not look as if it had finished`(answer: String) async throws {
        let server = try ScriptedServer { connection in
            _ = try connection.readRequest()
            try connection.send(answer)
        }
        try await withGateway(to: server.port) { gateway in
            let client = try gateway.connect()
            await #expect(throws: RawHTTPClient.Failure.self) { try await client.request("GET", "/") }
        }
    }

    @Test(arguments: [
        "", "HTTP/1.1 200 OK\r\nContent-Le", "HTTP/1.1 200 OK\nContent-Length: 0\n\n", "nonsense\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\na",
        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\na",
    ])
    func `What is no answer is 502`(answer: String) async throws {
        let server = try ScriptedServer { connection in
            _ = try connection.readRequest()
            try connection.send(answer)
        }
        try await withGateway(to: server.port) { gateway in
            let client = try gateway.connect()
            #expect(try await client.request("GET", "/").status == 502)
        }
    }

    @Test func `A server that does not answer is 504`() async throws {
        var options = ForwarderOptions()
        options.headLimit = .milliseconds(30)
        let server = try ScriptedServer { connection in
            _ = try connection.readRequest()
            connection.awaitClose()
        }
        try await withGateway(to: server.port, options: options) { gateway in
            let client = try gateway.connect()
            #expect(try await client.request("GET", "/").status == 504)
        }
    }

    @Test func `A body without a length lasts until the server closes`() async throws {
        let server = try ScriptedServer { connection in
            _ = try connection.readRequest()
            try connection.send("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.0 200 OK\r\n\r\nabcdef")
        }
        try await withGateway(to: server.port) { gateway in
            let response = try await gateway.connect().request("GET", "/")
            #expect(response.text == "abcdef")
            #expect(response["transfer-encoding"] == "chunked")
        }
    }
}

@Suite struct CircuitBreakerTests {
    private let start = MonotonicInstant(nanoseconds: 1_000)

    @Test func `It opens after failures in a row, lets one try after the pause, and closes on success`() {
        var limits = CircuitBreaker.Limits()
        limits.failuresMax = 3
        limits.pause = .seconds(2)
        var breaker = CircuitBreaker(limits: limits)
        for _ in 0..<2 { breaker.failed(at: start) }
        breaker.succeeded()
        for _ in 0..<2 { breaker.failed(at: start) }
        #expect(breaker.ask(at: start) == .pass)
        breaker.failed(at: start)
        #expect(breaker.ask(at: start) == .refuse(.seconds(2)))
        #expect(breaker.ask(at: start + .milliseconds(1999)) == .refuse(.milliseconds(1)))
        let later = start + .seconds(2)
        #expect(breaker.ask(at: later) == .pass)
        #expect(breaker.ask(at: later) == .refuse(.seconds(2)))
        breaker.failed(at: later)
        #expect(breaker.ask(at: later + .seconds(1)) == .refuse(.seconds(1)))
        #expect(breaker.ask(at: later + .seconds(2)) == .pass)
        breaker.succeeded()
        #expect(breaker.ask(at: later + .seconds(2)) == .pass)
    }

    @Test func `A trial that is never heard of again is replaced`() {
        var limits = CircuitBreaker.Limits()
        limits.failuresMax = 1
        var breaker = CircuitBreaker(limits: limits)
        breaker.failed(at: start)
        #expect(breaker.ask(at: start + limits.pause) == .pass)
        #expect(breaker.ask(at: start + limits.pause + limits.pause) == .pass)
    }
}
