import HTTPMessages
import Testing

@Suite("Writing heads")
struct HTTPSerializerTests {
    @Test("a response head")
    func response() throws {
        var bytes = Array("before".utf8)
        let head = HTTPResponseHead(status: .notFound, fields: [.contentType: "text/plain", "X-Used": "é"])
        try HTTPSerializer.append(head, to: &bytes)
        #expect(
            String(decoding: bytes, as: UTF8.self)
                == "beforeHTTP/1.1 404 Not Found\r\nContent-Type: text/plain\r\nX-Used: é\r\n\r\n")
        bytes = []
        try HTTPSerializer.append(HTTPResponseHead(status: 799), to: &bytes)
        #expect(String(decoding: bytes, as: UTF8.self) == "HTTP/1.1 799 \r\n\r\n")
    }

    @Test(
        "what would pass for another line is refused and nothing is written",
        arguments: ["a\r\nX: b", "a\n", "\0", "a\u{7f}", "\r"])
    func splitting(value: String) {
        var bytes = Array("before".utf8)
        #expect(throws: HTTPSerializationError.self) {
            try HTTPSerializer.append(
                HTTPResponseHead(status: .ok, fields: [.etag: "x", .location: value]), to: &bytes)
        }
        #expect(throws: HTTPSerializationError.self) {
            try HTTPSerializer.append(HTTPResponseHead(status: .ok, fields: [HTTPFieldName(value): "x"]), to: &bytes)
        }
        #expect(throws: HTTPSerializationError.self) {
            try HTTPSerializer.append(HTTPRequestHead(method: .get, target: "/" + value), to: &bytes)
        }
        #expect(throws: HTTPSerializationError.self) {
            try HTTPSerializer.append(
                HTTPRequestHead(method: HTTPMethod(rawValue: "G" + value), target: "/"), to: &bytes)
        }
        #expect(throws: HTTPSerializationError.self) {
            try HTTPSerializer.appendLastChunk(trailers: ["T": value], to: &bytes)
        }
        #expect(bytes == Array("before".utf8))
    }

    @Test("names that are no tokens and empty targets are refused", arguments: ["", "a b", "a:", "é"])
    func names(name: String) {
        var bytes: [UInt8] = []
        #expect(!HTTPSerializer.appendField(HTTPFieldName(name), "x", to: &bytes))
        #expect(throws: HTTPSerializationError.self) {
            try HTTPSerializer.append(HTTPRequestHead(method: .get, target: ""), to: &bytes)
        }
        #expect(bytes.isEmpty)
    }

    @Test("chunks read back as the data, and empty data does not end the body")
    func chunks() throws {
        var bytes = Array("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n".utf8)
        HTTPSerializer.appendChunk(Array("hello".utf8), to: &bytes)
        HTTPSerializer.appendChunk([], to: &bytes)
        HTTPSerializer.appendChunk([UInt8](repeating: 0x61, count: 300), to: &bytes)
        try HTTPSerializer.appendLastChunk(trailers: ["T": "1"], to: &bytes)
        #expect(
            Outcome.ofRequests([bytes]).suffix(2) == [
                .body("hello" + String(repeating: "a", count: 300)), .end(["T: 1"]),
            ])
    }
}
