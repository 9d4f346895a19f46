import HTTPMessages
import Testing

/// A frame as a client would send it, with any mistakes wanted.
private func frame(
    _ first: UInt8, _ payload: [UInt8], mask: [UInt8]? = [0x12, 0x34, 0x56, 0x78], lengthBytes: Int? = nil
) -> [UInt8] {
    var bytes = [first]
    let maskBit: UInt8 = mask == nil ? 0 : 0x80
    switch lengthBytes ?? (payload.count < 126 ? 0 : payload.count < 65_536 ? 2 : 8) {
    case 0: bytes.append(maskBit | UInt8(payload.count))
    case 2: bytes += [maskBit | 126, UInt8(payload.count >> 8), UInt8(payload.count & 0xFF)]
    default:
        bytes.append(maskBit | 127)
        bytes += stride(from: 56, through: 0, by: -8).map { UInt8(payload.count >> $0 & 0xFF) }
    }
    guard let mask else { return bytes + payload }
    return bytes + mask + payload.enumerated().map { $1 ^ mask[$0 % 4] }
}

private func text(_ text: String) -> [UInt8] { Array(text.utf8) }

private func read(
    _ pieces: [[UInt8]], role: WebSocketRole = .server, limits: WebSocketReader.Limits = WebSocketReader.Limits()
) -> [WebSocketReader.Event] {
    var reader = WebSocketReader(role: role, limits: limits)
    var events: [WebSocketReader.Event] = []
    for piece in pieces {
        piece.withUnsafeBytes { input in
            var offset = 0
            while true {
                let event = reader.next(in: input, at: &offset)
                if event == .needsInput { break }
                events.append(event)
            }
            #expect(offset == input.count)
        }
    }
    return events
}

private let accepted: [([UInt8], [WebSocketReader.Event])] = [
    (frame(0x81, text("Hello")), [.text("Hello")]),
    (frame(0x81, []), [.text("")]), (frame(0x82, []), [.binary([])]),
    (frame(0x82, [0, 255, 128]), [.binary([0, 255, 128])]),
    (frame(0x81, [], mask: [0, 0, 0, 0]), [.text("")]),
    // RFC 6455 section 5.7: fragments, and a ping between them.
    (
        frame(0x01, text("Hel")) + frame(0x89, text("p")) + frame(0x80, text("lo")) + frame(0x8A, []),
        [.ping(text("p")), .text("Hello"), .pong([])]
    ),
    // A character cut by fragments.
    (frame(0x01, [0xE2]) + frame(0x00, [0x82]) + frame(0x80, [0xAC]), [.text("€")]),
    (frame(0x01, []) + frame(0x00, []) + frame(0x80, []), [.text("")]),
    (frame(0x88, []), [.close(.noCode, reason: "")]),
    (frame(0x88, [0x03, 0xE8] + text("bye")), [.close(.normal, reason: "bye")]),
    (frame(0x88, [0x13, 0x87]), [.close(WebSocketCloseCode(rawValue: 4999), reason: "")]),
    // What follows a close is ignored.
    (frame(0x88, [0x03, 0xE8]) + frame(0xFF, []) + [1, 2, 3], [.close(.normal, reason: "")]),
    (frame(0x89, [UInt8](repeating: 7, count: 125)), [.ping([UInt8](repeating: 7, count: 125))]),
    (frame(0x82, [UInt8](repeating: 7, count: 126)), [.binary([UInt8](repeating: 7, count: 126))]),
]

private let refused: [([UInt8], WebSocketFailure)] = [
    (frame(0xC1, []), .reservedBits), (frame(0xA1, []), .reservedBits), (frame(0x91, []), .reservedBits),
    (frame(0x83, []), .unknownOpcode), (frame(0x8B, []), .unknownOpcode), (frame(0x8F, []), .unknownOpcode),
    (frame(0x09, []), .fragmentedControl), (frame(0x08, []), .fragmentedControl),
    (frame(0x89, [UInt8](repeating: 7, count: 126)), .controlTooLong),
    (frame(0x81, text("x"), mask: nil), .wrongMasking),
    (frame(0x82, [1], lengthBytes: 2), .lengthNotMinimal), (frame(0x82, [1], lengthBytes: 8), .lengthNotMinimal),
    (frame(0x82, [UInt8](repeating: 1, count: 65_535), lengthBytes: 8), .lengthNotMinimal),
    ([0x82, 0xFF, 0x80, 0, 0, 0, 0, 0, 0, 0], .lengthOverflow),
    (frame(0x80, []), .unexpectedContinuation), (frame(0x00, []), .unexpectedContinuation),
    (frame(0x01, []) + frame(0x81, []), .expectedContinuation),
    (frame(0x02, []) + frame(0x82, []), .expectedContinuation),
    (frame(0x88, [3]), .invalidClose), (frame(0x88, [0, 0]), .invalidClose),
    (frame(0x88, [0x03, 0xE7]), .invalidClose),
    (frame(0x88, [0x03, 0xEC]), .invalidClose), (frame(0x88, [0x03, 0xED]), .invalidClose),
    (frame(0x88, [0x03, 0xEE]), .invalidClose), (frame(0x88, [0x03, 0xF7]), .invalidClose),
    (frame(0x88, [0x07, 0xD0]), .invalidClose), (frame(0x88, [0x13, 0x88]), .invalidClose),
    (frame(0x88, [0x03, 0xE8, 0xFF]), .invalidUTF8),
    (frame(0x81, [0xC0, 0xAF]), .invalidUTF8), (frame(0x81, [0xED, 0xA0, 0x80]), .invalidUTF8),
    (frame(0x81, [0xF4, 0x90, 0x80, 0x80]), .invalidUTF8), (frame(0x81, [0xE2, 0x82]), .invalidUTF8),
    (frame(0x01, [0xE2]) + frame(0x80, [0x28]), .invalidUTF8),
]

@Suite("Reading WebSocket messages")
struct WebSocketReaderTests {
    @Test("well-formed frames give the same messages however they are cut", arguments: accepted)
    func wellFormed(bytes: [UInt8], expected: [WebSocketReader.Event]) {
        for pieces in Pieces.everyWay(bytes) { #expect(read(pieces) == expected) }
    }

    @Test("what RFC 6455 forbids is refused however it is cut", arguments: refused)
    func malformed(bytes: [UInt8], failure: WebSocketFailure) {
        let ways = bytes.count < 1_000 ? Pieces.everyWay(bytes) : [[bytes], bytes.map { [$0] }]
        for pieces in ways { #expect(read(pieces).last == .failure(failure)) }
    }

    @Test("wrong text is refused at its first wrong byte, before the message is there")
    func failsFast() {
        let start = frame(0x01, text("ok")) + frame(0x80, [0x61, 0xFF, 0x61, 0x61])
        let upToTheByte = Array(start.prefix(start.count - 2))
        #expect(read([upToTheByte]).last == .failure(.invalidUTF8))
        #expect(read([Array(upToTheByte.dropLast())]) == [])
        // A whole surrogate is seen at its second byte.
        #expect(read([Array(frame(0x01, [0xED, 0xA0, 0x80]).dropLast())]).last == .failure(.invalidUTF8))
    }

    @Test("message length at the limit and one past it, announced or reached by fragments")
    func messageLength() {
        var limits = WebSocketReader.Limits()
        limits.messageBytesMax = 4
        #expect(read([frame(0x82, [1, 2, 3, 4])], limits: limits) == [.binary([1, 2, 3, 4])])
        // The head alone is enough.
        let long = Array(frame(0x82, [1, 2, 3, 4, 5]).prefix(6))
        #expect(read([long], limits: limits) == [.failure(.messageTooBig)])
        #expect(read([frame(0x02, [1, 2]) + frame(0x80, [3, 4])], limits: limits) == [.binary([1, 2, 3, 4])])
        #expect(read([frame(0x02, [1, 2]) + frame(0x80, [3, 4, 5])], limits: limits) == [.failure(.messageTooBig)])
        #expect(
            read([[0x82, 0xFF, 0x7F, 255, 255, 255, 255, 255, 255, 255, 0, 0, 0, 0]]) == [.failure(.messageTooBig)])
        #expect(WebSocketFailure.messageTooBig.closeCode == .messageTooBig)
    }

    @Test("fragments at the limit and one past it")
    func fragments() {
        var limits = WebSocketReader.Limits()
        limits.fragmentsMax = 3
        let open = frame(0x02, [1]) + frame(0x00, [2])
        #expect(read([open + frame(0x80, [3])], limits: limits) == [.binary([1, 2, 3])])
        #expect(
            read([open + frame(0x00, [3]) + frame(0x80, [4])], limits: limits) == [.failure(.tooManyFragments)])
    }

    @Test("clients refuse masked frames")
    func clientRole() {
        #expect(read([frame(0x81, text("x"))], role: .client) == [.failure(.wrongMasking)])
        #expect(read([frame(0x81, text("x"), mask: nil)], role: .client) == [.text("x")])
    }

    @Test("mutated frames never trap and mean the same however they are cut")
    func mutations() {
        var random = SplitMix(seed: 6455)
        let seeds = accepted.map(\.0) + refused.map(\.0).filter { $0.count < 500 }
        for round in 0..<10_000 {
            let bytes = random.mutated(seeds[round % seeds.count])
            let whole = read([bytes])
            #expect(read(bytes.map { [$0] }) == whole)
            #expect(read(Pieces.random(bytes, &random)) == whole)
        }
    }
}

@Suite("Writing WebSocket frames")
struct WebSocketFrameEncoderTests {
    @Test("the examples of RFC 6455 section 5.7")
    func examples() {
        var bytes: [UInt8] = []
        WebSocketFrameEncoder.append(.text, text("Hello"), to: &bytes)
        #expect(bytes == [0x81, 0x05, 0x48, 0x65, 0x6C, 0x6C, 0x6F])
        bytes = []
        WebSocketFrameEncoder.append(.text, text("Hello"), mask: 0x3D21_FA37, to: &bytes)
        #expect(bytes == [0x81, 0x85, 0x37, 0xFA, 0x21, 0x3D, 0x7F, 0x9F, 0x4D, 0x51, 0x58])
        bytes = []
        WebSocketFrameEncoder.append(.binary, [UInt8](repeating: 0, count: 256), to: &bytes)
        #expect(bytes.prefix(4) == [0x82, 0x7E, 0x01, 0x00])
        bytes = []
        WebSocketFrameEncoder.append(.binary, [UInt8](repeating: 0, count: 65_536), to: &bytes)
        #expect(bytes.prefix(10) == [0x82, 0x7F, 0, 0, 0, 0, 0, 1, 0, 0])
    }

    @Test("what is written reads back", arguments: [0, 1, 7, 8, 9, 125, 126, 127, 65_535, 65_536, 70_003])
    func roundTrip(count: Int) {
        let payload = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 7) }
        for mask in [nil, 0, 0xDEAD_BEEF] as [UInt32?] {
            var bytes: [UInt8] = []
            WebSocketFrameEncoder.append(.binary, payload, mask: mask, to: &bytes)
            let role: WebSocketRole = mask == nil ? .client : .server
            #expect(read([bytes], role: role) == [.binary(payload)])
            let cut = bytes.count / 2 + 1
            #expect(read([Array(bytes.prefix(cut)), Array(bytes.dropFirst(cut))], role: role) == [.binary(payload)])
        }
    }

    @Test("control frames that may not be are not written")
    func control() {
        var bytes: [UInt8] = []
        #expect(!WebSocketFrameEncoder.append(.ping, [UInt8](repeating: 0, count: 126), to: &bytes))
        #expect(!WebSocketFrameEncoder.append(.ping, [], isFinal: false, to: &bytes))
        #expect(bytes.isEmpty)
        #expect(WebSocketFrameEncoder.append(.ping, [UInt8](repeating: 0, count: 125), to: &bytes))
    }

    @Test("a close is cut between characters, and codes that may not be sent are left out")
    func close() {
        var bytes: [UInt8] = []
        WebSocketFrameEncoder.appendClose(.goingAway, reason: String(repeating: "é", count: 100), to: &bytes)
        #expect(read([bytes], role: .client) == [.close(.goingAway, reason: String(repeating: "é", count: 61))])
        bytes = []
        WebSocketFrameEncoder.appendClose(.noCode, reason: "x", to: &bytes)
        #expect(read([bytes], role: .client) == [.close(.noCode, reason: "")])
    }
}

@Suite("Opening a WebSocket")
struct WebSocketHandshakeTests {
    private func head(_ change: (inout HTTPRequestHead) -> Void = { _ in }) -> HTTPRequestHead {
        var head = HTTPRequestHead(
            method: .get, target: "/ws",
            fields: [
                .host: "a", .upgrade: "WebSocket", .connection: "keep-alive, Upgrade", .secWebSocketVersion: "13",
                .secWebSocketKey: "dGhlIHNhbXBsZSBub25jZQ==", .secWebSocketProtocol: "chat, superchat",
            ])
        change(&head)
        return head
    }

    @Test("a proper handshake gives its key and subprotocols")
    func proper() throws {
        #expect(try WebSocketHandshake.key(of: head()) == "dGhlIHNhbXBsZSBub25jZQ==")
        #expect(WebSocketHandshake.offeredProtocols(head()) == ["chat", "superchat"])
    }

    @Test("what is not one is refused")
    func refused() {
        let changes: [(inout HTTPRequestHead) -> Void] = [
            { $0.method = .post }, { $0.versionMinor = 0 }, { $0.fields[.upgrade] = nil },
            { $0.fields[.connection] = "keep-alive" }, { $0.fields[.secWebSocketKey] = "short" },
            { $0.fields[.secWebSocketKey] = "dGhlIHNhbXBsZSBub25jZQ=!" }, { $0.fields[.secWebSocketKey] = nil },
            { $0.fields.append(.secWebSocketKey, "dGhlIHNhbXBsZSBub25jZQ==") },
        ]
        for change in changes {
            #expect(throws: WebSocketHandshake.Failure.malformed) { try WebSocketHandshake.key(of: head(change)) }
        }
        #expect(throws: WebSocketHandshake.Failure.unsupportedVersion) {
            try WebSocketHandshake.key(of: head { $0.fields[.secWebSocketVersion] = "8" })
        }
    }
}
