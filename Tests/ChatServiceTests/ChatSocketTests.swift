import HTTPMessages
import JSONCoding
import Platform
import ServiceTestSupport
import TestSupport
import Testing

@Suite struct `Questions over a WebSocket` {
    @Test func `are answered in chunks and completed with citations`() async throws {
        try await withChat { (service, _) async throws in
            let socket = try await TestSocket(service, token: Identifier.make().description)
            try await socket.send(
                #"{"type":"chat_query","message":"Who described the Calvin cycle?","lecture_id":"\#(biology)","use_web":false}"#
            )
            var text = ""
            var last = JSONValue.null
            while last["type"]?.string != "complete" {
                last = try await socket.receive()
                text += last["text"]?.string ?? ""
            }
            #expect(text.contains("Melvin Calvin"))
            #expect(last["cached"]?.bool == false)
            #expect(last["citations"]?[0]?["page"]?.integer == 4)
        }
    }

    @Test func `get an error for what cannot be answered, and the socket stays open`() async throws {
        try await withChat { (service, ingest) async throws in
            let socket = try await TestSocket(service, token: Identifier.make().description)
            for (message, code) in [
                ("no json", "malformed_json"), (#"{"type":"other"}"#, "unknown_type"),
                (#"{"type":"chat_query"}"#, "validation_failed"),
            ] {
                try await socket.send(message)
                let answer = try await socket.receive()
                #expect(answer["type"]?.string == "error")
                #expect(answer["code"]?.string == code)
                #expect(answer["detail"]?.string?.isEmpty == false)
            }
            ingest.state.withLock { $0.status = 500 }
            try await socket.send(#"{"type":"chat_query","message":"What is photosynthesis?"}"#)
            #expect(try await socket.receive()["type"]?.string == "error")
            ingest.state.withLock { $0.status = 200 }
            try await socket.send(#"{"type":"chat_query","message":"What is photosynthesis?"}"#)
            #expect(try await socket.receive()["type"]?.string == "chunk")
        }
    }

    @Test func `need a signed-in user`() async throws {
        try await withChat { (service, _) async throws in
            #expect(try await service.send(.get, "/ws/chat").status == 401)
            let plain = try await service.send(.get, "/ws/chat", token: Identifier.make().description)
            #expect(plain.status == 426)
        }
    }
}

/// A WebSocket client of a few lines (RFC 6455).
private struct TestSocket {
    private let client: RawHTTPClient

    init(_ service: RunningService, token: String) async throws {
        client = try RawHTTPClient(port: service.port)
        try await client.send(
            "GET /ws/chat HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: c3dpZnQtZml2ZS1zdmNzIQ==\r\n"
                + "Authorization: Bearer \(token)\r\n\r\n")
        let head = try await client.receive(through: "\r\n\r\n")
        try #require(head.hasPrefix("HTTP/1.1 101"), "\(head)")
    }

    /// Sends a masked text frame.
    func send(_ text: String) async throws {
        let payload = Array(text.utf8)
        var frame: [UInt8] = [0x81]
        if payload.count < 126 {
            frame.append(0x80 | UInt8(payload.count))
        } else {
            frame += [0xFE, UInt8(payload.count >> 8), UInt8(payload.count & 0xFF)]
        }
        let mask: [UInt8] = [1, 2, 3, 4]
        frame += mask + payload.enumerated().map { $0.element ^ mask[$0.offset % 4] }
        try await client.send(frame)
    }

    /// The next text message; pings are passed over.
    func receive() async throws -> JSONValue {
        while true {
            let head = try await client.receive(count: 2)
            var length = Int(head[1] & 0x7F)
            if length == 126 {
                let more = try await client.receive(count: 2)
                length = Int(more[0]) << 8 | Int(more[1])
            }
            let payload = try await client.receive(count: length)
            if head[0] & 0x0F == 1 { return try JSONValue(parsing: payload) }
            try #require(head[0] & 0x0F == 9, "closed")
        }
    }
}
