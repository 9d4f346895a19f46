import HTTPMessages
import Testing

@Suite("Server-sent events")
struct ServerSentEventTests {
    private func read(_ pieces: [[UInt8]], bytesMax: Int = 1 << 20) throws -> [ServerSentEvent] {
        var parser = ServerSentEventParser(eventBytesMax: bytesMax)
        return try pieces.flatMap { try parser.append($0) }
    }

    @Test(
        "the rules of the standard, however the bytes are cut",
        arguments: [
            ("data: a\n\n", [ServerSentEvent(data: "a")]),
            ("data:a\r\rdata: b\r\n\r\n", [ServerSentEvent(data: "a"), ServerSentEvent(data: "b")]),
            ("\u{feff}data: a\n\n\u{feff}data: b\n\n", [ServerSentEvent(data: "a")]),
            ("data: a\ndata:  b\ndata\n\n", [ServerSentEvent(data: "a\n b\n")]),
            (": ping\n\nevent: x\nid: 7\n\ndata: a\n\n", [ServerSentEvent(data: "a", id: "7")]),
            (
                "id: 1\nevent: e\ndata: a\n\ndata: b\n\nid\ndata: c\n\n",
                [
                    ServerSentEvent(event: "e", data: "a", id: "1"), ServerSentEvent(data: "b", id: "1"),
                    ServerSentEvent(data: "c"),
                ]
            ),
            ("id: a\0b\ndata: x\n\n", [ServerSentEvent(data: "x")]),
            (
                "retry: 1500\ndata: a\n\nretry: x\ndata: b\n\n",
                [
                    ServerSentEvent(data: "a", retry: .milliseconds(1500)),
                    ServerSentEvent(data: "b", retry: .milliseconds(1500)),
                ]
            ),
            ("data\n\n", [ServerSentEvent(data: "")]), ("data: unfinished\n", []), ("unknown: a\nDATA: a\n\n", []),
            ("data: €é\n\n", [ServerSentEvent(data: "€é")]),
        ] as [(String, [ServerSentEvent])])
    func rules(text: String, expected: [ServerSentEvent]) throws {
        for pieces in Pieces.everyWay(Array(text.utf8)) { #expect(try read(pieces) == expected) }
    }

    @Test("what is written reads back, with every kind of line end in the data")
    func roundTrip() throws {
        let event = ServerSentEvent(event: "chunk", data: "a\nb\r\nc\rd\n", id: "42", retry: .seconds(3))
        let text = String(decoding: event.encoded(), as: UTF8.self)
        #expect(text == "event: chunk\nid: 42\nretry: 3000\ndata: a\ndata: b\ndata: c\ndata: d\ndata: \n\n")
        #expect(try read([event.encoded()]).first?.data == "a\nb\nc\nd\n")
        #expect(String(decoding: ServerSentEvent(data: "").encoded(), as: UTF8.self) == "data: \n\n")
    }

    @Test(
        "no text can forge an event", arguments: ["a\ndata: forged", "a\rdata: forged", "a\r\n\r\ndata: forged", "a\0"])
    func injection(text: String) throws {
        let events = try read([ServerSentEvent(event: text, data: text, id: text).encoded()])
        #expect(events.count == 1)
        #expect(events.first?.event == nil)
        #expect(events.first?.id == nil)
        #expect(try read([ServerSentEvent.comment(text)]) == [])
    }

    @Test("event length at the limit and one past it, in one line or several")
    func limit() throws {
        #expect(try read([Array("data: 1234\n\n".utf8)], bytesMax: 10).count == 1)
        #expect(throws: LineTooLongError.self) { try read([Array("data: 12345".utf8)], bytesMax: 10) }
        #expect(throws: LineTooLongError.self) { try read([Array("data: 1\ndata: 2\ndata: 345".utf8)], bytesMax: 10) }
    }
}

@Suite("Lines")
struct LineSplitterTests {
    private func read(_ pieces: [[UInt8]], bytesMax: Int = 100) throws -> [String] {
        var splitter = LineSplitter(lineBytesMax: bytesMax)
        var lines = try pieces.flatMap { try splitter.append($0) }
        if let last = splitter.finish() { lines.append(last) }
        return lines.map { String(decoding: $0, as: UTF8.self) }
    }

    @Test("lines end with LF or CR LF, however the bytes are cut")
    func lines() throws {
        for pieces in Pieces.everyWay(Array("{\"a\":1}\n\r\nb\rc\r\nlast".utf8)) {
            #expect(try read(pieces) == ["{\"a\":1}", "", "b\rc", "last"])
        }
    }

    @Test("line length at the limit and one past it")
    func limit() throws {
        for pieces in Pieces.everyWay(Array("12345\r\n12345\n".utf8)) {
            #expect(try read(pieces, bytesMax: 5) == ["12345", "12345"])
        }
        for pieces in Pieces.everyWay(Array("1\n123456".utf8)) {
            #expect(throws: LineTooLongError.self) { try read(pieces, bytesMax: 5) }
        }
    }
}

@Suite("UTF-8 in pieces")
struct UTF8ValidatorTests {
    @Test("agrees with the standard library about random bytes, however they are cut")
    func agrees() {
        var random = SplitMix(seed: 3629)
        let sharp: [UInt8] = [
            0x00, 0x41, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xC1, 0xC2, 0xDF, 0xE0, 0xE1, 0xED, 0xEE, 0xEF,
            0xF0, 0xF1, 0xF3, 0xF4, 0xF5, 0xFF,
        ]
        for _ in 0..<40_000 {
            let bytes = (0..<Int(1 + random.next() % 6)).map { _ in sharp[Int(random.next() % UInt64(sharp.count))] }
            let expected = String(validating: bytes, as: UTF8.self) != nil
            var whole = UTF8Validator()
            #expect((whole.append(bytes) && whole.isComplete) == expected)
            var single = UTF8Validator()
            #expect((bytes.allSatisfy { single.append([$0]) } && single.isComplete) == expected)
        }
    }

    @Test("every scalar is accepted, at every cut")
    func scalars() {
        for value in stride(from: UInt32(0), through: 0x10_FFFF, by: 61) {
            guard let scalar = Unicode.Scalar(value) else { continue }
            let bytes = Array(String(scalar).utf8)
            var validator = UTF8Validator()
            let isText = bytes.allSatisfy { validator.append([$0]) }
            #expect(isText && validator.isComplete)
        }
    }
}
