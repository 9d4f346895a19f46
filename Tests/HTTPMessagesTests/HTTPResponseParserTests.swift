import HTTPMessages
import Testing

private let accepted: [(String, [HTTPMethod], [Outcome])] = [
    (
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi", [.get],
        [.response(200, ["Content-Length: 2"], .length(2)), .body("hi"), .end([])]
    ),
    ("HTTP/1.1 204 \r\n\r\n", [.get], [.response(204, [], .none), .end([])]),
    ("HTTP/1.1 204\r\nContent-Length: 5\r\n\r\n", [.get], [.response(204, ["Content-Length: 5"], .none), .end([])]),
    (
        "HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n", [.get],
        [.response(304, ["Content-Length: 9"], .none), .end([])]
    ),
    (
        "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n", [.head],
        [.response(200, ["Content-Length: 9"], .none), .end([])]
    ),
    (
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", [.head],
        [.response(200, ["Transfer-Encoding: chunked"], .none), .end([])]
    ),
    ("HTTP/1.0 200 OK\r\n\r\nuntil close", [.get], [.response(200, [], .untilClose), .body("until close"), .end([])]),
    ("HTTP/1.1 200 OK\r\n\r\n", [.get], [.response(200, [], .untilClose), .end([])]),
    (
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\nHTTP/1.1 200 \r\nTransfer-Encoding: chunked\r\n\r\n"
            + "2\r\nhi\r\n0\r\nT: 1\r\n\r\n", [.get],
        [
            .interim(100), .interim(103), .response(200, ["Transfer-Encoding: chunked"], .chunked), .body("hi"),
            .end(["T: 1"]),
        ]
    ),
    (
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n\u{1}\u{2}\r\n", [.get],
        [.response(101, ["Upgrade: websocket"], .upgraded), .rest("\u{1}\u{2}\r\n")]
    ),
    (
        "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nHTTP/1.1 404 Not Found\r\nContent-Length: 1\r\n\r\nx",
        [.head, .get],
        [
            .response(200, ["Content-Length: 9"], .none), .end([]), .response(404, ["Content-Length: 1"], .length(1)),
            .body("x"), .end([]),
        ]
    ),
]

private let refused: [(String, HTTPParseFailure)] = [
    ("HTTP/2 200 OK\r\n", .malformedStatusLine), ("HTTP/1.1 20 OK\r\n", .malformedStatusLine),
    ("HTTP/1.1 600 X\r\n", .malformedStatusLine), ("HTTP/1.1 099 X\r\n", .malformedStatusLine),
    ("HTTP/1.1  200 OK\r\n", .malformedStatusLine), ("HTTP/1.1 200OK\r\n", .malformedStatusLine),
    ("HTTP/1.1 200 O\0K\r\n", .malformedStatusLine), ("HTTP/1.1 200 O\rK\r\n", .malformedStatusLine),
    ("http/1.1 200 OK\r\n", .malformedStatusLine), ("\r\nHTTP/1.1 200 OK\r\n", .malformedStatusLine),
    ("HTTP/1.1 200 OK\nA: b\r\n", .bareLineFeed), ("HTTP/1.1 200 OK\r\nA : b\r\n\r\n", .invalidFieldName),
    ("HTTP/1.1 200 OK\r\n A: b\r\n\r\n", .foldedField),
    ("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\n", .repeatedContentLength),
    ("HTTP/1.1 200 OK\r\nContent-Length: 1,1\r\n\r\n", .invalidContentLength),
    ("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", .lengthWithTransferCoding),
    ("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n", .unsupportedTransferCoding),
    ("HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", .invalidTransferCoding),
    ("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell", .incomplete), ("HTTP/1.1 200 OK\r\n", .incomplete),
    ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n", .incomplete),
    ("HTTP/1.1 100 Continue\r\n\r\n", .incomplete),
]

@Suite("Reading responses")
struct HTTPResponseParserTests {
    @Test("well-formed responses give the same events however they are cut", arguments: accepted)
    func wellFormed(text: String, methods: [HTTPMethod], expected: [Outcome]) {
        for pieces in Pieces.everyWay(Array(text.utf8)) {
            #expect(Outcome.ofResponses(pieces, to: methods) == expected)
        }
    }

    @Test("what a client or a proxy could misread is refused however it is cut", arguments: refused)
    func malformed(text: String, failure: HTTPParseFailure) {
        for pieces in Pieces.everyWay(Array(text.utf8)) {
            #expect(Outcome.ofResponses(pieces).last == .failure(failure))
        }
    }

    @Test("mutated responses never trap and mean the same however they are cut")
    func mutations() {
        var random = SplitMix(seed: 200)
        for round in 0..<8_000 {
            let (text, methods, _) = accepted[round % accepted.count]
            let bytes = random.mutated(Array(text.utf8))
            let whole = Outcome.ofResponses([bytes], to: methods)
            #expect(Outcome.ofResponses(bytes.map { [$0] }, to: methods) == whole)
            #expect(Outcome.ofResponses(Pieces.random(bytes, &random), to: methods) == whole)
        }
    }

    @Test("interim responses without end are refused")
    func interim() {
        let limit = HTTPParserLimits().interimResponsesMax
        let one = "HTTP/1.1 100 Continue\r\n\r\n"
        let last = "HTTP/1.1 204 X\r\n\r\n"
        let good = String(repeating: one, count: limit) + last
        #expect(Outcome.ofResponses([Array(good.utf8)]).last == .end([]))
        let bad = String(repeating: one, count: limit + 1) + last
        #expect(Outcome.ofResponses([Array(bad.utf8)]).last == .failure(.tooManyInterimResponses))
    }

    @Test("a body until close is limited, too")
    func untilClose() {
        var limits = HTTPParserLimits()
        limits.bodyBytesMax = 3
        let head = "HTTP/1.1 200 OK\r\n\r\n"
        #expect(Outcome.ofResponses([Array((head + "abc").utf8)], limits: limits).last == .end([]))
        #expect(Outcome.ofResponses([Array((head + "abcd").utf8)], limits: limits).last == .failure(.bodyTooLarge))
    }
}
