import HTTPMessages
import JSONCoding
import Platform
import Testing

@Suite("Fields")
struct HTTPFieldsTests {
    @Test("names are compared without case, known or not")
    func names() {
        #expect(HTTPFieldName("content-TYPE") == .contentType)
        #expect(HTTPFieldName("content-TYPE").text == "Content-Type")
        #expect(HTTPFieldName("x-thing") == HTTPFieldName("X-Thing"))
        #expect(HTTPFieldName("x-thing").hashValue == HTTPFieldName("X-THING").hashValue)
        #expect(HTTPFieldName("x-thing") != HTTPFieldName("x-thin"))
        #expect(HTTPFieldName("Hos\u{14}") != .host)
        #expect(HTTPFieldName("\u{0d}ost") != .host)
    }

    @Test("values in order; setting replaces all at the place of the first")
    func values() {
        var fields: HTTPFields = [.accept: "1", .cookie: "a", "ACCEPT": "2", .host: "h"]
        #expect(fields.first(.accept) == "1")
        #expect(fields.all(.accept) == ["1", "2"])
        fields.set(.accept, "3")
        #expect(fields.map(\.value) == ["3", "a", "h"])
        fields[.cookie] = nil
        fields.append(.cookie, "b")
        #expect(fields.map(\.name.text) == ["Accept", "Host", "Cookie"])
    }

    @Test("members of lists")
    func members() {
        let fields: HTTPFields = [.connection: "Keep-Alive, ,\tupgrade ", .connection: "x"]
        #expect(fields.members(.connection) == ["Keep-Alive", "upgrade", "x"])
        #expect(fields.contains(.connection, member: "keep-alive"))
        #expect(fields.contains(.connection, member: "upgrade"))
        #expect(!fields.contains(.connection, member: "keep"))
        #expect(!fields.contains(.connection, member: "close"))
    }

    @Test(
        "whether a connection goes on after a request",
        arguments: [
            (1, nil, true), (1, "close", false), (1, "foo, CLOSE", false), (0, nil, false), (0, "Keep-Alive", true),
            (0, "keep-alive, close", false),
        ]
            as [(Int, String?, Bool)])
    func persistence(minor: Int, connection: String?, expected: Bool) {
        var head = HTTPRequestHead(method: .get, target: "/", versionMinor: minor)
        head.fields[.connection] = connection
        #expect(head.keepsAlive == expected)
    }

    @Test("path and query of a target")
    func targets() {
        let head = HTTPRequestHead(method: .get, target: "/a%2Fb?c=d?e")
        #expect(head.path == "/a%2Fb")
        #expect(head.query == "c=d?e")
        #expect(HTTPRequestHead(method: .get, target: "/a?").query == "")
        #expect(HTTPRequestHead(method: .get, target: "/a").query == nil)
    }
}

@Suite("Problem documents")
struct ProblemTests {
    @Test("the members that every error has, in order")
    func members() {
        let json = Problem.badRequest(code: "malformed_json", detail: "Not JSON.").json(
            requestID: "r1", instance: "/chat")
        #expect(
            json.text
                == #"{"type":"about:blank","title":"Bad Request","status":400,"detail":"Not JSON.","instance":"/chat","#
                + #""status_code":400,"code":"malformed_json","request_id":"r1"}"#)
    }

    @Test("bad fields are all named")
    func errors() {
        let problem = Problem.unprocessable([
            FieldProblem(field: "a", message: "is required"), FieldProblem(field: "b[0]", message: "must be a text"),
        ])
        #expect(problem.status == .unprocessableContent)
        #expect(problem.json(requestID: "r")["errors"]?[1]?["field"]?.string == "b[0]")
    }

    @Test("429 and 503 say when to come back, in the header and in the document")
    func retryAfter() {
        let quota = RequestQuota(name: "chat", count: 10, windowSeconds: 60)
        for problem in [Problem.tooManyRequests(quota, retryAfter: 45), .unavailable(retryAfter: 45)] {
            #expect(problem.headers.first(.retryAfter) == "45")
            #expect(problem.json(requestID: "r")["retry_after"]?.integer == 45)
        }
        let problem = Problem.tooManyRequests(quota, retryAfter: -1)
        #expect(problem.headers.first(.retryAfter) == "0")
        #expect(problem.headers.first(.rateLimitPolicy) == #""chat";q=10;w=60"#)
        #expect(problem.headers.first(.rateLimit) == #""chat";r=0;t=0"#)
    }

    @Test("every document has a detail, if only its title")
    func detail() {
        #expect(Problem.notFound().json(requestID: "r")["detail"]?.string == "Not Found")
        #expect(Problem.notFound("No such page.").json(requestID: "r")["detail"]?.string == "No such page.")
    }

    @Test("401 carries a challenge, 405 the methods allowed")
    func headers() {
        #expect(Problem.unauthorized().headers.first(.wwwAuthenticate) == "Bearer")
        #expect(Problem.methodNotAllowed(allow: [.get, .head]).headers.first(.allow) == "GET, HEAD")
    }

    @Test("further members cannot replace the promised ones")
    func extra() {
        let problem = Problem(status: .conflict, code: "busy", extra: ["status": 200, "code": "x", "holder": "me"])
        let json = problem.json(requestID: "r")
        #expect(json["status"]?.integer == 409)
        #expect(json["code"]?.string == "busy")
        #expect(json["holder"]?.string == "me")
    }
}

@Suite("URI parts")
struct PercentCodingTests {
    @Test(
        "escapes",
        arguments: [("a b/ü?", "a%20b%2F%C3%BC%3F"), ("A-z_0.9~", "A-z_0.9~"), ("", ""), ("+&=%", "%2B%26%3D%25")])
    func encoding(text: String, expected: String) {
        #expect(PercentCoding.encode(text) == expected)
        #expect(PercentCoding.decode(expected) == text)
    }

    @Test("what is not an escape or not UTF-8 is refused", arguments: ["%", "%4", "%zz", "a%", "%ff", "%c0%af", "%+1"])
    func malformed(text: String) {
        #expect(PercentCoding.decode(text) == nil)
    }

    @Test("a plus sign is only a space in queries")
    func plus() {
        #expect(PercentCoding.decode("a+b") == "a+b")
        #expect(QueryItems(parsing: "q=a+b")["q"] == "a b")
    }

    @Test("query items keep order and repetition, and malformed ones are told")
    func query() {
        let query = QueryItems(parsing: "a=1&&b&a=2%263&=x&c=%zz&d=e=f")
        #expect(query.items.map(\.name) == ["a", "b", "a", "", "d"])
        #expect(query.all("a") == ["1", "2&3"])
        #expect(query.first("b") == "")
        #expect(query.first("d") == "e=f")
        #expect(query.first("c") == nil)
        #expect(query.isMalformed)
        #expect(!QueryItems(parsing: "").isMalformed)
        #expect(QueryItems(parsing: "").isEmpty)
    }
}

@Suite("Media types")
struct MediaTypeTests {
    @Test("type, subtype and parameters in any case and spacing")
    func parsing() throws {
        let type = try #require(MediaType("Text/HTML ; Charset=\"UTF-8\"; x=\"a\\\"b;c\";"))
        #expect(type.essence == "text/html")
        #expect(type[parameter: "charset"] == "UTF-8")
        #expect(type[parameter: "x"] == "a\"b;c")
        #expect(type.description == #"text/html; charset=UTF-8; x="a\"b;c""#)
        #expect(MediaType(type.description) == type)
    }

    @Test(
        "JSON and its kin",
        arguments: [
            ("application/json; charset=utf-8", true), ("application/problem+json", true), ("text/json", false),
            ("application/jsonx", false),
        ])
    func json(text: String, expected: Bool) throws {
        #expect(try #require(MediaType(text)).isJSON == expected)
    }

    @Test(
        "malformed ones",
        arguments: [
            "", "text", "text/", "/html", "text/html charset=x", "text/html; charset", "text/html; a=\"b",
            "a/b; c=d; C=e", "a/b, c/d", "a/b; c=\"\u{1}\"",
        ])
    func malformed(text: String) {
        #expect(MediaType(text) == nil)
    }
}

@Suite("Byte ranges")
struct ByteRangeTests {
    @Test(
        "what a Range field means for ten bytes",
        arguments: [
            (nil, .whole), ("bytes=0-4", .parts([0..<5])), ("Bytes=5-", .parts([5..<10])),
            ("bytes=-3", .parts([7..<10])),
            ("bytes=-30", .parts([0..<10])), ("bytes=8-99", .parts([8..<10])), ("bytes=10-", .unsatisfiable),
            ("bytes=-0", .unsatisfiable), ("bytes=0-0, -1", .parts([0..<1, 9..<10])),
            ("bytes=12-13,2-3", .parts([2..<4])),
            ("bytes=0-5,5-9", .whole), ("bytes=0-,0-,0-", .whole), ("bytes=4-2", .whole), ("items=0-1", .whole),
            ("bytes=", .whole), ("bytes=a-b", .whole), ("bytes=1-2x", .whole), ("bytes=--1", .whole),
            ("bytes=+1-2", .whole),
            ("bytes=99999999999999999999-", .whole), ("bytes=0-999999999999999999", .parts([0..<10])),
            ("bytes 0-1", .whole),
        ] as [(String?, ByteRange.Resolution)])
    func resolution(value: String?, expected: ByteRange.Resolution) {
        #expect(ByteRange.resolve(value, length: 10) == expected)
    }

    @Test("nothing of an empty content can be had; many ranges are ignored")
    func edges() {
        #expect(ByteRange.resolve("bytes=0-", length: 0) == .unsatisfiable)
        #expect(ByteRange.resolve("bytes=-1", length: 0) == .unsatisfiable)
        let many = (0...ByteRange.countMax).map { "\($0 * 2)-\($0 * 2)" }.joined(separator: ",")
        #expect(ByteRange.resolve("bytes=" + many, length: 100) == .whole)
        #expect(ByteRange.contentRange(0..<5, length: 10) == "bytes 0-4/10")
    }
}

@Suite("Dates")
struct HTTPDateTests {
    @Test(
        "the three forms of RFC 9110",
        arguments: ["Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994"])
    func forms(text: String) {
        #expect(HTTPDate.parse(text)?.millisecondsSince1970 == 784_111_777_000)
    }

    @Test("writing, and reading back over the centuries")
    func writing() {
        #expect(HTTPDate.format(Timestamp(millisecondsSince1970: 784_111_777_999)) == "Sun, 06 Nov 1994 08:49:37 GMT")
        #expect(HTTPDate.format(Timestamp(millisecondsSince1970: -1)) == "Wed, 31 Dec 1969 23:59:59 GMT")
        #expect(HTTPDate.format(Timestamp(millisecondsSince1970: .max)) == "Fri, 31 Dec 9999 23:59:59 GMT")
        for seconds in stride(from: Int64(-2_208_988_800), to: 4_102_444_800, by: 86_400 * 97 + 12_345) {
            let time = Timestamp(millisecondsSince1970: seconds * 1000)
            #expect(HTTPDate.parse(HTTPDate.format(time)) == time)
        }
    }

    @Test(
        "what is no date",
        arguments: [
            "", "Sun, 31 Feb 1994 08:49:37 GMT", "Sun, 06 Nov 1994 24:00:00 GMT", "Sun, 06 Nov 1994 08:49:37 CET",
            "Sun, 6 Nov 1994 08:49:37 GMT", "06 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 8:49:37 GMT",
            "1994-11-06T08:49:37Z",
            "Sun, 06 Nov +994 08:49:37 GMT", "Xyz, 06 Nov 1994 08:49:37 GMT", "Sun, 00 Nov 1994 08:49:37 GMT",
        ])
    func malformed(text: String) {
        #expect(HTTPDate.parse(text) == nil)
    }
}

@Suite("Trace context")
struct TraceContextTests {
    private let parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"

    @Test("reads and writes traceparent; a child keeps the trace and has a span of its own")
    func roundTrip() throws {
        let trace = try #require(TraceContext(traceparent: parent, traceState: "a=1"))
        #expect(trace.description == parent)
        #expect(trace.traceID == "4bf92f3577b34da6a3ce929d0e0e4736")
        let child = trace.child()
        #expect(child.traceID == trace.traceID)
        #expect(child.spanID != trace.spanID)
        #expect(child.traceState == "a=1")
        #expect(TraceContext(traceparent: TraceContext().description) != nil)
    }

    @Test("a later version is read as far as it is known")
    func laterVersion() {
        #expect(TraceContext(traceparent: "01" + parent.dropFirst(2)) != nil)
        #expect(TraceContext(traceparent: "01" + parent.dropFirst(2) + "-more") != nil)
        #expect(TraceContext(traceparent: "01" + parent.dropFirst(2) + ".more") == nil)
    }

    @Test("what is malformed starts a new trace")
    func malformed() {
        let texts = [
            "", "00", parent + "-", parent + "x", "ff" + parent.dropFirst(2), parent.uppercased(),
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01", String(parent.dropLast()),
            "0g" + parent.dropFirst(2),
        ]
        for text in texts { #expect(TraceContext(traceparent: text) == nil, "\(text)") }
    }

    @Test("a trace made from an identifier has its digits")
    func derived() {
        let id = Identifier.make()
        #expect(TraceContext.derived(from: id).traceID == id.description.filter { $0 != "-" })
        #expect(TraceContext(traceparent: TraceContext.derived(from: id).description) != nil)
    }
}

@Suite("Cookies")
struct CookieTests {
    @Test("cookies of a request; nonsense is left out")
    func request() {
        let cookies = Cookies([.cookie: "a=1; b=\"two\";c = x=y ; =z; nonsense; a=2", .cookie: "d=4"])
        #expect(cookies["a"] == "1")
        #expect(cookies["b"] == "two")
        #expect(cookies["c"] == "x=y")
        #expect(cookies["d"] == "4")
        #expect(cookies.items.count == 5)
    }

    @Test("a cookie is safe unless told otherwise")
    func response() throws {
        var cookie = try #require(SetCookie(name: "session", value: "abc"))
        #expect(cookie.fieldValue == "session=abc; Path=/; Secure; HttpOnly; SameSite=Strict")
        cookie.maxAge = .seconds(60)
        cookie.sameSite = .lax
        #expect(cookie.fieldValue == "session=abc; Path=/; Max-Age=60; Secure; HttpOnly; SameSite=Lax")
        cookie.path = "/;Domain=evil"
        #expect(cookie.fieldValue == nil)
    }

    @Test("values that could add attributes are refused", arguments: ["a;b", "a b", "a\r\n", "a\"", "ä", "a,b", "\\"])
    func values(value: String) {
        #expect(SetCookie(name: "a", value: value) == nil)
        #expect(SetCookie(name: "a\(value)=", value: "x") == nil)
    }
}
