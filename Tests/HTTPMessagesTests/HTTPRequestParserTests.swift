import HTTPMessages
import Testing

/// Requests that are right, with what they mean.
private let accepted: [(String, [Outcome])] = [
    ("GET / HTTP/1.1\r\nHost: a\r\n\r\n", [.request("GET / 1", ["Host: a"], .none), .end([])]),
    ("\r\nGET / HTTP/1.1\r\nhost:a:80\r\n\r\n", [.request("GET / 1", ["Host: a:80"], .none), .end([])]),
    ("GET /a?b=%20 HTTP/1.0\r\n\r\n", [.request("GET /a?b=%20 0", [], .none), .end([])]),
    ("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", [.request("OPTIONS * 1", ["Host: a"], .none), .end([])]),
    (
        "M-SEARCH // HTTP/1.1\r\nHost: [::1]:8080\r\n\r\n",
        [.request("M-SEARCH // 1", ["Host: [::1]:8080"], .none), .end([])]
    ),
    (
        "GET / HTTP/1.1\r\nHost: a\r\nX-A: \t b c \t\r\nx-a:\r\nX-B: a:b\u{e9}\r\n\r\n",
        [.request("GET / 1", ["Host: a", "X-A: b c", "x-a: ", "X-B: a:b\u{e9}"], .none), .end([])]
    ),
    (
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello",
        [.request("POST / 1", ["Host: a", "Content-Length: 5"], .length(5)), .body("hello"), .end([])]
    ),
    (
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n",
        [.request("POST / 1", ["Host: a", "Content-Length: 0"], .length(0)), .end([])]
    ),
    (
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: Chunked\r\n\r\n5\r\nhello\r\n0a;x=y ; z =\"q;\\\"\" ;w\r\n world\r\n!!\r\n"
            + "000\r\nT: 1\r\nU: 2\r\n\r\n",
        [
            .request("POST / 1", ["Host: a", "Transfer-Encoding: Chunked"], .chunked), .body("hello world\r\n!!"),
            .end(["T: 1", "U: 2"]),
        ]
    ),
    (
        "GET http://b:80/x?y HTTP/1.1\r\nA: 1\r\nHost: a\r\n\r\nGET HTTPS://[::1]?y HTTP/1.1\r\nHost: a\r\n\r\n"
            + "GET http://c HTTP/1.0\r\n\r\nOPTIONS http://d HTTP/1.1\r\nHost: a\r\n\r\n",
        [
            .request("GET /x?y 1", ["A: 1", "Host: b:80"], .none), .end([]),
            .request("GET /?y 1", ["Host: [::1]"], .none), .end([]),
            .request("GET / 0", ["Host: c"], .none), .end([]),
            .request("OPTIONS * 1", ["Host: d"], .none), .end([]),
        ]
    ),
    (
        "GET /1 HTTP/1.1\r\nHost: a\r\n\r\nPOST /2 HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi\r\nGET /3 HTTP/1.1\r\nHost: b\r\n\r\n",
        [
            .request("GET /1 1", ["Host: a"], .none), .end([]),
            .request("POST /2 1", ["Host: a", "Content-Length: 2"], .length(2)), .body("hi"), .end([]),
            .request("GET /3 1", ["Host: b"], .none), .end([]),
        ]
    ),
]

/// Bytes that are no request, with the reason.
private let refused: [(String, HTTPParseFailure)] = [
    // Request line.
    ("\u{16}\u{3}\u{1}", .invalidMethod), (" GET / HTTP/1.1\r\n", .invalidMethod),
    ("\nGET / HTTP/1.1\r\n", .bareLineFeed),
    ("\r\n\r\nGET / HTTP/1.1\r\n", .malformedRequestLine), ("GET / HTTP/1.1\nHost: a\r\n\r\n", .bareLineFeed),
    ("G(T / HTTP/1.1\r\n", .invalidMethod), ("\r\nSEND / HTTP/1.1\r\n", .invalidMethod),
    ("GET\r\n", .malformedRequestLine), ("GET /\r\n", .malformedRequestLine),
    ("GET  / HTTP/1.1\r\n", .invalidTarget), ("GET /  HTTP/1.1\r\n", .malformedRequestLine),
    ("GET\t/ HTTP/1.1\r\n", .invalidMethod), ("GET / HTTP/1.1 \r\n", .malformedRequestLine),
    ("GET / http/1.1\r\n", .malformedRequestLine), ("GET / HTTP/1\r\n", .malformedRequestLine),
    ("GET / HTTP/1.10\r\n", .malformedRequestLine), ("GET / HTTP/2.0\r\n", .unsupportedVersion),
    ("GET / HTTP/1.2\r\n", .unsupportedVersion), ("GET / HTTP/0.9\r\n", .unsupportedVersion),
    ("GET /\u{7f} HTTP/1.1\r\n", .invalidTarget), ("GET /é HTTP/1.1\r\n", .invalidTarget),
    ("GET /\0 HTTP/1.1\r\n", .invalidTarget), ("GET /\r HTTP/1.1\r\n", .invalidTarget),
    ("GET /a#b HTTP/1.1\r\n", .invalidTarget), ("GET * HTTP/1.1\r\n", .invalidTarget),
    ("OPTIONS *a HTTP/1.1\r\n", .invalidTarget), ("GET ftp://a/ HTTP/1.1\r\n", .invalidTarget),
    ("GET http:///a HTTP/1.1\r\n", .invalidTarget), ("GET http://u@a/ HTTP/1.1\r\n", .invalidTarget),
    ("GET http:/a HTTP/1.1\r\n", .invalidTarget), ("GET http://a,b/ HTTP/1.1\r\n", .invalidTarget),
    ("GET http://a/ HTTP/1.1\r\n\r\n", .missingHost),
    ("CONNECT a:443 HTTP/1.1\r\n", .invalidTarget), ("GET a HTTP/1.1\r\n", .invalidTarget),
    ("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA / HTTP/1.1\r\n", .invalidMethod),
    ("PRI * HTTP/2.0\r\n\r\n", .unsupportedVersion),
    ("SEND / HTTP/1.1\r\nHost: a\r\n\r\n\r\n", .malformedRequestLine),
    // Fields.
    ("GET / HTTP/1.1\r\n Host: a\r\n\r\n", .foldedField), ("GET / HTTP/1.1\r\nHost: a\r\n b\r\n\r\n", .foldedField),
    ("GET / HTTP/1.1\r\nHost: a\r\n\tb\r\n\r\n", .foldedField),
    ("GET / HTTP/1.1\r\nHost : a\r\n\r\n", .invalidFieldName),
    ("GET / HTTP/1.1\r\nHost\t: a\r\n\r\n", .invalidFieldName), ("GET / HTTP/1.1\r\nHost\r\n\r\n", .invalidFieldName),
    ("GET / HTTP/1.1\r\n: a\r\n\r\n", .invalidFieldName), ("GET / HTTP/1.1\r\nX(: a\r\n\r\n", .invalidFieldName),
    ("GET / HTTP/1.1\r\nXé: a\r\n\r\n", .invalidFieldName), ("GET / HTTP/1.1\r\nX\0: a\r\n\r\n", .invalidFieldName),
    ("GET / HTTP/1.1\r\nX: a\0b\r\n\r\n", .invalidFieldValue),
    ("GET / HTTP/1.1\r\nX: a\rb\r\n\r\n", .invalidFieldValue),
    ("GET / HTTP/1.1\r\nX: a\u{7f}\r\n\r\n", .invalidFieldValue),
    ("GET / HTTP/1.1\r\nX: a\u{1}\r\n\r\n", .invalidFieldValue),
    ("GET / HTTP/1.1\r\nX: 12345678\u{b}901234567\r\n\r\n", .invalidFieldValue),
    ("GET / HTTP/1.1\r\nX: a\r\r\n\r\n", .invalidFieldValue),
    ("GET / HTTP/1.1\r\nHost: a\nX: b\r\n\r\n", .bareLineFeed),
    ("GET / HTTP/1.1\r\nHost: a\r\n\n", .bareLineFeed),
    // Host.
    ("GET / HTTP/1.1\r\n\r\n", .missingHost), ("GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", .repeatedHost),
    ("GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n", .repeatedHost), ("GET / HTTP/1.1\r\nHost:\r\n\r\n", .invalidHost),
    ("GET / HTTP/1.1\r\nHost: a, b\r\n\r\n", .invalidHost), ("GET / HTTP/1.1\r\nHost: a b\r\n\r\n", .invalidHost),
    ("GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", .invalidHost), ("GET / HTTP/1.1\r\nHost: u@a\r\n\r\n", .invalidHost),
    ("GET / HTTP/1.1\r\nHost: a:b\r\n\r\n", .invalidHost), ("GET / HTTP/1.1\r\nHost: a:123456\r\n\r\n", .invalidHost),
    ("GET / HTTP/1.1\r\nHost: [::1\r\n\r\n", .invalidHost), ("GET / HTTP/1.1\r\nHost: [g]\r\n\r\n", .invalidHost),
    ("GET / HTTP/1.1\r\nHost: a%zz\r\n\r\n", .invalidHost), ("GET / HTTP/1.1\r\nHost: é\r\n\r\n", .invalidHost),
    // Length.
    (length("+5"), .invalidContentLength), (length("-1"), .invalidContentLength),
    (length("0x5"), .invalidContentLength),
    (length("5_0"), .invalidContentLength), (length("5 0"), .invalidContentLength), (length(""), .invalidContentLength),
    (length("5,5"), .invalidContentLength), (length("5, 5"), .invalidContentLength),
    (length("5.0"), .invalidContentLength),
    (length("9223372036854775808"), .invalidContentLength), (length("18446744073709551621"), .invalidContentLength),
    (length("٥"), .invalidContentLength), (length("5\r\nContent-Length: 5"), .repeatedContentLength),
    (length("5\r\nContent-Length: 6"), .repeatedContentLength),
    (length("5\r\nTransfer-Encoding: chunked"), .lengthWithTransferCoding),
    // Transfer coding.
    (coding("gzip"), .unsupportedTransferCoding), (coding("identity"), .unsupportedTransferCoding),
    (coding("gzip, chunked"), .unsupportedTransferCoding), (coding("xchunked"), .unsupportedTransferCoding),
    (coding("chunked, gzip"), .invalidTransferCoding), (coding("chunked, chunked"), .invalidTransferCoding),
    (coding("chunked,"), .invalidTransferCoding), (coding(",chunked"), .invalidTransferCoding),
    (coding(""), .invalidTransferCoding), (coding("chunked;q=1"), .invalidTransferCoding),
    (coding("\"chunked\""), .invalidTransferCoding),
    (coding("chunked\r\nTransfer-Encoding: chunked"), .invalidTransferCoding),
    ("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", .invalidTransferCoding),
    // Chunks.
    (chunked("\r\n"), .invalidChunk), (chunked("g\r\n"), .invalidChunk), (chunked("-1\r\n"), .invalidChunk),
    (chunked("+1\r\n"), .invalidChunk), (chunked("0x1\r\n"), .invalidChunk), (chunked("1_0\r\n"), .invalidChunk),
    (chunked(" 1\r\n"), .invalidChunk), (chunked("1 \r\n"), .invalidChunk), (chunked("1 ;a\r\n"), .invalidChunk),
    (chunked("1\t;a\r\n"), .invalidChunk), (chunked("5\nhello\r\n"), .bareLineFeed),
    (chunked("5\r\nhello\n0\r\n"), .invalidChunk), (chunked("5\r\nhelloX\r\n"), .invalidChunk),
    (chunked("5\r\nhello\rX"), .invalidChunk), (chunked("1000000000000000\r\n"), .invalidChunk),
    (chunked("ffffffffffffffff1\r\n"), .invalidChunk), (chunked("1;\r\n"), .invalidChunk),
    (chunked("1;=a\r\n"), .invalidChunk),
    (chunked("1;a=\r\n"), .invalidChunk), (chunked("1;a=\"b\r\n"), .invalidChunk),
    (chunked("1;a\0\r\n"), .invalidChunk),
    (chunked("1;a\rb\r\n"), .invalidChunk), (chunked("1;a b\r\n"), .invalidChunk),
    (chunked("1;a=\"\r\"\r\n"), .invalidChunk),
    (chunked("1;a \r\n"), .invalidChunk), (chunked("1;a=\"\\\r\n"), .invalidChunk),
    (chunked("0\r\nX : a\r\n\r\n"), .invalidFieldName), (chunked("0\r\n X: a\r\n\r\n"), .foldedField),
    (chunked("0\r\nContent-Length: 1\r\n\r\n"), .forbiddenTrailer),
    (chunked("0\r\nHost: b\r\n\r\n"), .forbiddenTrailer),
    (chunked("0\r\nTransfer-Encoding: chunked\r\n\r\n"), .forbiddenTrailer),
    (chunked("0\r\nX: a\n\r\n"), .bareLineFeed),
    (chunked("0\r\nX: \0\r\n\r\n"), .invalidFieldValue),
    // Cut off.
    ("G", .incomplete), ("GET / HTTP/1.1\r\nHost: a\r\n\r", .incomplete), (length("5") + "hell", .incomplete),
    (chunked("5\r\nhello\r\n"), .incomplete), (chunked("0\r\n"), .incomplete), (chunked("0\r\n\r"), .incomplete),
]

private func length(_ value: String) -> String {
    "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: \(value)\r\n\r\n"
}

private func coding(_ value: String) -> String {
    "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: \(value)\r\n\r\n"
}

private func chunked(_ body: String) -> String {
    coding("chunked") + body
}

@Suite("Reading requests")
struct HTTPRequestParserTests {
    @Test("well-formed requests give the same events however they are cut", arguments: accepted)
    func wellFormed(text: String, expected: [Outcome]) {
        for pieces in Pieces.everyWay(Array(text.utf8)) {
            #expect(Outcome.ofRequests(pieces) == expected)
        }
    }

    @Test("what RFC 9112 forbids, or leaves open to two readings, is refused however it is cut", arguments: refused)
    func malformed(text: String, failure: HTTPParseFailure) {
        let whole = Outcome.ofRequests(text)
        #expect(whole.last == .failure(failure))
        for pieces in Pieces.everyWay(Array(text.utf8)) {
            #expect(Outcome.ofRequests(pieces) == whole)
        }
    }

    @Test("mutated requests never trap and mean the same however they are cut")
    func mutations() {
        var random = SplitMix(seed: 9112)
        let seeds = accepted.map { Array($0.0.utf8) } + refused.map { Array($0.0.utf8) }
        for round in 0..<12_000 {
            let bytes = random.mutated(seeds[round % seeds.count])
            let whole = Outcome.ofRequests([bytes])
            #expect(Outcome.ofRequests(bytes.map { [$0] }) == whole)
            #expect(Outcome.ofRequests(Pieces.random(bytes, &random)) == whole)
        }
    }

    @Test("a request that was taken means the same when it is written out and read again")
    func writtenAgain() throws {
        var random = SplitMix(seed: 7)
        let seed = Array("GET /a/b?c=d HTTP/1.1\r\nHost: ab.c:80\r\nX-Y: e f\r\nAccept: */*\r\n\r\n".utf8)
        for _ in 0..<4_000 {
            let bytes = random.mutated(seed)
            var parser = HTTPRequestParser()
            let event = bytes.withUnsafeBytes { input in
                var offset = 0
                return parser.next(in: input, at: &offset)
            }
            guard case .head(let head, _) = event else { continue }
            var written: [UInt8] = []
            try HTTPSerializer.append(head, to: &written)
            let first = Outcome.ofRequests([written]).first
            guard case .request(let line, let fields, _)? = first else {
                Issue.record("\(String(decoding: written, as: UTF8.self).debugDescription)")
                continue
            }
            #expect(line == "\(head.method) \(head.target) 1")
            #expect(fields == Outcome.lines(head.fields))
        }
    }

    @Test("a failure comes again on every further call")
    func sticky() {
        var parser = HTTPRequestParser()
        let bytes = Array("GET / HTTP/3.0\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n".utf8)
        bytes.withUnsafeBytes { input in
            var offset = 0
            for _ in 0..<3 {
                guard case .failure(.unsupportedVersion) = parser.next(in: input, at: &offset) else {
                    Issue.record("no failure")
                    return
                }
            }
        }
        #expect(parser.phase == .failed)
    }

    @Test("the phase tells an idle connection from one in the middle of a request")
    func phases() {
        var parser = HTTPRequestParser()
        #expect(parser.phase == .idle)
        func feed(_ text: String, stopAfter count: Int = .max) {
            Array(text.utf8).withUnsafeBytes { input in
                var offset = 0
                for _ in 0..<min(count, 100) {
                    if case .needsInput = parser.next(in: input, at: &offset) { return }
                }
            }
        }
        feed("G")
        #expect(parser.phase == .head)
        feed("ET / HTTP/1.1\r\nHost: a\r\n")
        #expect(parser.phase == .head)
        feed("Content-Length: 2\r\n\r\nx")
        #expect(parser.phase == .body)
        feed("y")
        #expect(parser.phase == .idle)
        #expect(parser.failureAtEndOfInput() == nil)
    }

    @Test("every failure is a client's or a version's, and never a success", arguments: HTTPParseFailure.allCases)
    func statuses(failure: HTTPParseFailure) {
        #expect([400, 408, 413, 414, 431, 501, 505].contains(failure.status.code))
        #expect(Problem(failure).status == failure.status)
    }
}

@Suite("Limits of requests")
struct HTTPRequestLimitTests {
    private func bothWays(_ text: String, _ limits: HTTPParserLimits = HTTPParserLimits()) -> Outcome? {
        let whole = Outcome.ofRequests(text, limits: limits)
        #expect(Outcome.ofRequests(Array(text.utf8).map { [$0] }, limits: limits) == whole)
        return whole.last
    }

    @Test("request line at the limit and one past it")
    func requestLine() {
        func request(_ count: Int) -> String {
            "GET /\(String(repeating: "a", count: count - 14)) HTTP/1.1\r\nHost: a\r\n\r\n"
        }
        let limit = HTTPParserLimits().startLineBytesMax
        #expect(bothWays(request(limit)) == .end([]))
        #expect(bothWays(request(limit + 1)) == .failure(.requestLineTooLong))
        #expect(bothWays(String(repeating: "A", count: limit + 2)) == .failure(.requestLineTooLong))
        #expect(bothWays(String(repeating: "A", count: limit + 1)) == .failure(.incomplete))
    }

    @Test("number of fields at the limit and one past it")
    func fieldCount() {
        func request(_ count: Int) -> String {
            "GET / HTTP/1.1\r\nHost: a\r\n" + String(repeating: "X: y\r\n", count: count - 1) + "\r\n"
        }
        let limit = HTTPParserLimits().fieldCountMax
        #expect(bothWays(request(limit)) == .end([]))
        #expect(bothWays(request(limit + 1)) == .failure(.tooManyFields))
    }

    @Test("bytes of fields at the limit and one past it, in one line or in many")
    func fieldBytes() {
        func request(_ bytes: Int) -> String {
            "GET / HTTP/1.1\r\nHost: a\r\nX:\(String(repeating: "y", count: bytes - 9 - 4))\r\n\r\n"
        }
        let limit = HTTPParserLimits().fieldBytesMax
        #expect(bothWays(request(limit)) == .end([]))
        #expect(bothWays(request(limit + 1)) == .failure(.fieldsTooLarge))
        #expect(bothWays("GET / HTTP/1.1\r\n" + String(repeating: "y", count: limit + 5)) == .failure(.fieldsTooLarge))
    }

    @Test("body bytes at the limit and one past it, before any of the body is read")
    func bodyBytes() {
        var limits = HTTPParserLimits()
        limits.bodyBytesMax = 10
        #expect(bothWays(length("10") + "0123456789", limits) == .end([]))
        #expect(Outcome.ofRequests(length("11"), limits: limits).last == .failure(.bodyTooLarge))
        #expect(bothWays(chunked("6\r\n012345\r\n4\r\n6789\r\n0\r\n\r\n"), limits) == .end([]))
        #expect(bothWays(chunked("6\r\n012345\r\n5\r\n"), limits) == .failure(.bodyTooLarge))
        #expect(bothWays(chunked("fffffffffffffff\r\n"), limits) == .failure(.bodyTooLarge))
    }

    @Test("a limit set between head and body counts")
    func limitOfTheRoute() {
        var parser = HTTPRequestParser()
        let bytes = Array((length("5") + "hello").utf8)
        bytes.withUnsafeBytes { input in
            var offset = 0
            guard case .head = parser.next(in: input, at: &offset) else {
                Issue.record("no head")
                return
            }
            parser.limits.bodyBytesMax = 4
            guard case .failure(.bodyTooLarge) = parser.next(in: input, at: &offset) else {
                Issue.record("not refused")
                return
            }
        }
    }

    @Test("a chunk's line, extensions in all, and trailers at their limits and past them")
    func chunkLines() {
        let limits = HTTPParserLimits()
        func line(_ count: Int) -> String { chunked("1;\(String(repeating: "a", count: count - 2))\r\nx\r\n0\r\n\r\n") }
        #expect(bothWays(line(limits.chunkLineBytesMax)) == .end([]))
        #expect(bothWays(line(limits.chunkLineBytesMax + 1)) == .failure(.chunkLineTooLong))
        let chunk = "1;\(String(repeating: "a", count: 127))\r\nx\r\n"
        let count = limits.chunkExtensionBytesMax / 128
        #expect(bothWays(chunked(String(repeating: chunk, count: count) + "0\r\n\r\n")) == .end([]))
        #expect(
            bothWays(chunked(String(repeating: chunk, count: count) + "1;a\r\n")) == .failure(.chunkLineTooLong))
        #expect(
            bothWays(chunked("0\r\n" + String(repeating: "X: y\r\n", count: 101) + "\r\n")) == .failure(.tooManyFields))
        #expect(bothWays(chunked("0\r\n" + String(repeating: "y", count: 40_000))) == .failure(.fieldsTooLarge))
    }
}
