import HTTPMessages
import HTTPServer
import Platform
import TestSupport
import Testing

private let handshake =
    "GET /echo HTTP/1.1\r\nHost: test\r\nConnection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n"
    + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: c3dpZnQtZml2ZS1zdmNzIQ==\r\n"

private func echo(_ configure: (inout WebSocketOptions) -> Void = { _ in }) -> [Route] {
    var options = WebSocketOptions()
    configure(&options)
    return [
        Route(.get, "/echo") { [options] request in
            .webSocket(request, options: options) { socket in
                for try await message in socket {
                    switch message {
                    case .text(let text): try await socket.send(text: text)
                    case .binary(let bytes): try await socket.send(binary: bytes)
                    }
                }
            }
        }
    ]
}

extension RawHTTPClient {
    fileprivate func openWebSocket(fields: String = "") throws -> RawHTTPResponse {
        try send(handshake + fields + "\r\n")
        return try receiveResponse()
    }

    fileprivate func sendFrame(_ opcode: WebSocketOpcode, _ payload: [UInt8], isFinal: Bool = true) throws {
        try send(Self.frame(opcode, payload, isFinal: isFinal))
    }

    fileprivate static func frame(_ opcode: WebSocketOpcode, _ payload: [UInt8], isFinal: Bool = true) -> [UInt8] {
        var bytes: [UInt8] = []
        WebSocketFrameEncoder.append(opcode, payload, isFinal: isFinal, mask: 0x1234_5678, to: &bytes)
        return bytes
    }

    /// The opcode and payload of the next frame.
    fileprivate func receiveFrame() throws -> (opcode: WebSocketOpcode?, payload: [UInt8]) {
        let head = try receive(count: 2)
        #expect(head[0] & 0x80 != 0)
        let lengthBytes = [126: 2, 127: 8][head[1]] ?? 0
        let longLength = try receive(count: lengthBytes).reduce(0) { $0 << 8 | Int($1) }
        let length = lengthBytes > 0 ? longLength : Int(head[1])
        return (WebSocketOpcode(rawValue: head[0] & 0xF), try receive(count: length))
    }

    /// The code of the close frame that comes next.
    fileprivate func receiveClose() throws -> Int {
        let frame = try receiveFrame()
        #expect(frame.opcode == .close)
        return frame.payload.prefix(2).reduce(0) { $0 << 8 | Int($1) }
    }
}

@Suite struct WebSocketTests {
    @Test func `The handshake is accepted as RFC 6455 says`() async throws {
        try await TestServer.run(echo { $0.protocols = ["b", "a"] }) { server in
            let client = try server.connect()
            let response = try await client.openWebSocket(fields: "Sec-WebSocket-Protocol: x, a, b\r\n")
            #expect(response.status == 101)
            #expect(response["sec-websocket-accept"] == "QOcY+0+UmDGdk/UjXVSL5r+kNKw=")
            #expect(response["upgrade"] == "websocket")
            #expect(response["connection"] == "Upgrade")
            #expect(response["sec-websocket-protocol"] == "b")
            #expect(response["content-length"] == nil)
        }
    }

    @Test(arguments: [
        ("Sec-WebSocket-Version: 13", "Sec-WebSocket-Version: 8", 426), ("Upgrade: websocket", "Upgrade: h2c", 426),
        ("c3dpZnQtZml2ZS1zdmNzIQ==", "c2hvcnQ=", 400), ("Connection: keep-alive, Upgrade", "Connection: close", 426),
        ("\r\nHost: test", "\r\nHost: test\r\nOrigin: https://evil.example", 403),
        ("\r\nHost: test", "\r\nHost: test\r\nOrigin: null", 403),
        ("\r\nHost: test", "\r\nHost: test\r\nOrigin: http://test", 101),
        ("\r\nHost: test", "\r\nHost: test\r\nOrigin: https://app.example", 101),
    ])
    func `Other handshakes are answered by their fault`(part: String, replacement: String, status: Int) async throws {
        try await TestServer.run(echo { $0.allowedOrigins = ["https://app.example"] }) { server in
            let client = try server.connect()
            try await client.send(handshake.replacing(part, with: replacement) + "\r\n")
            let response = try await client.receiveResponse()
            #expect(response.status == status)
            if status == 426 { #expect(response["sec-websocket-version"] == "13") }
        }
    }

    @Test func `Messages of all lengths come back`() async throws {
        try await TestServer.run(echo()) { server in
            let client = try server.connect()
            _ = try await client.openWebSocket()
            for length in [0, 1, 125, 126, 127, 65_535, 65_536, 300_000] {
                let bytes = [UInt8](repeating: 0x61, count: length)
                try await client.sendFrame(.binary, bytes)
                let binary = try await client.receiveFrame()
                #expect(binary.opcode == .binary && binary.payload == bytes)
                try await client.sendFrame(.text, bytes)
                let text = try await client.receiveFrame()
                #expect(text.opcode == .text && text.payload == bytes)
            }
        }
    }

    @Test func `Fragments are joined and a ping between them is answered, byte by byte too`() async throws {
        try await TestServer.run(echo()) { server in
            let client = try server.connect()
            _ = try await client.openWebSocket()
            let euro = Array("a€b".utf8)
            let bytes =
                RawHTTPClient.frame(.text, Array(euro[..<2]), isFinal: false)
                + RawHTTPClient.frame(.ping, [1, 2])
                + RawHTTPClient.frame(.continuation, Array(euro[2...]), isFinal: true)
            for isWhole in [true, false] {
                if isWhole {
                    try await client.send(bytes)
                } else {
                    for byte in bytes { try await client.send([byte]) }
                }
                let pong = try await client.receiveFrame()
                #expect(pong.opcode == .pong && pong.payload == [1, 2])
                #expect(try await client.receiveFrame().payload == euro)
            }
        }
    }

    @Test func `A message of many tiny fragments arrives whole`() async throws {
        try await TestServer.run(echo()) { server in
            let client = try server.connect()
            _ = try await client.openWebSocket()
            let count = 65_536
            let first = RawHTTPClient.frame(.binary, [UInt8](repeating: 7, count: 16), isFinal: false)
            let middle = RawHTTPClient.frame(.continuation, [UInt8](repeating: 7, count: 16), isFinal: false)
            let last = RawHTTPClient.frame(.continuation, [UInt8](repeating: 7, count: 16))
            try await client.send(first + [[UInt8]](repeating: middle, count: count - 2).joined() + last)
            #expect(try await client.receiveFrame().payload.count == count * 16)
        }
    }

    @Test(arguments: [
        ([0x81, 0x01, 0x61], 1002),  // without mask
        ([0xC1, 0x80, 0, 0, 0, 0], 1002),  // RSV1
        ([0x83, 0x80, 0, 0, 0, 0], 1002),  // unknown opcode
        ([0x09, 0x80, 0, 0, 0, 0], 1002),  // fragmented ping
        ([0x89, 0xFE, 0, 126], 1002),  // long ping
        ([0x80, 0x80, 0, 0, 0, 0], 1002),  // continuation of nothing
        ([0x81, 0x82, 0, 0, 0, 0, 0xC3, 0x28], 1007),  // not UTF-8
        ([0x88, 0x81, 0, 0, 0, 0, 3], 1002),  // half a code
        ([0x88, 0x82, 0, 0, 0, 0, 0x03, 0xED], 1002),  // 1005 on the wire
        ([0x88, 0x84, 0, 0, 0, 0, 0x03, 0xE8, 0xC3, 0x28], 1007),  // reason not UTF-8
        ([0x82, 0xFF, 0, 0, 0, 0, 0, 0x10, 0, 1, 0, 0, 0, 0], 1009),  // one byte over 1 MiB
        ([0x88, 0x82, 0, 0, 0, 0, 0x03, 0xE8], 1000), ([0x88, 0x82, 0, 0, 0, 0, 0x0F, 0xA1], 4001),
        ([0x88, 0x80, 0, 0, 0, 0], 1000),
    ])
    func `Every end has its code, and the server closes`(bytes: [UInt8], code: Int) async throws {
        try await TestServer.run(echo()) { server in
            let client = try server.connect()
            _ = try await client.openWebSocket()
            try await client.send(bytes)
            #expect(try await client.receiveClose() == code)
            #expect(try await client.isClosedByServer())
        }
    }

    @Test func `A peer that does not answer pings is given up`() async throws {
        try await TestServer.run(
            echo {
                $0.pingInterval = .milliseconds(20); $0.closeLimit = .milliseconds(20)
            }
        ) { server in
            let client = try server.connect()
            _ = try await client.openWebSocket()
            #expect(try await client.receiveFrame().opcode == .ping)
            _ = try await client.receiveToEnd()
        }
    }

    @Test func `A server that goes down says so`() async throws {
        try await TestServer.run(echo(), options: { $0.timeouts.drain = .seconds(20) }) { server in
            let client = try server.connect()
            _ = try await client.openWebSocket()
            try await client.sendFrame(.text, [0x61])
            #expect(try await client.receiveFrame().payload == [0x61])
            async let drained: Void = server.server.shutdown()
            #expect(try await client.receiveClose() == 1001)
            try await client.sendFrame(.close, [0x03, 0xE9])
            #expect(try await client.isClosedByServer())
            await drained
        }
    }

    @Test func `Code that only sends ends when the peer goes, and a handler's end closes`() async throws {
        struct Odd: Error {}
        let (events, reporter) = AsyncStream<String>.makeStream()
        let routes = [
            Route(.get, "/echo") { request in
                .webSocket(request) { socket in
                    let mode = request.fields.first("Mode")
                    if mode == "return" { return try await socket.send(text: "bye") }
                    if mode == "throw" { throw Odd() }
                    try await socket.whileOpen {
                        defer { reporter.yield("ended") }
                        try await socket.send(text: "one")
                        try await SystemTime().sleep(for: .seconds(60))
                    }
                }
            }
        ]
        try await TestServer.run(routes) { server in
            var reports = events.makeAsyncIterator()
            let polite = try server.connect()
            _ = try await polite.openWebSocket()
            #expect(try await polite.receiveFrame().payload == Array("one".utf8))
            try await polite.sendFrame(.ping, [])
            #expect(try await polite.receiveFrame().opcode == .pong)
            try await polite.sendFrame(.close, [0x03, 0xE8])
            #expect(await reports.next() == "ended")
            #expect(try await polite.receiveClose() == 1000)
            let rude = try server.connect()
            _ = try await rude.openWebSocket()
            #expect(try await rude.receiveFrame().payload == Array("one".utf8))
            await rude.close(isReset: true)
            #expect(await reports.next() == "ended")
            let short = try server.connect()
            _ = try await short.openWebSocket(fields: "Mode: return\r\n")
            #expect(try await short.receiveFrame().payload == Array("bye".utf8))
            #expect(try await short.receiveClose() == 1000)
            let broken = try server.connect()
            _ = try await broken.openWebSocket(fields: "Mode: throw\r\n")
            #expect(try await broken.receiveClose() == 1011)
        }
    }
}
