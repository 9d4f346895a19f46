import HTTPMessages
import HTTPServer
import JSONCoding
import Logs
import TestSupport
import Testing

private struct Secret: Error, CustomStringConvertible {
    var description: String { "password=hunter2" }
}

private let routes: [Route] = [
    Route(.get, "/health") { _ in .json(["status": "ok"]) },
    Route(.get, "/lectures/{id}/pages/{n}") { request in
        .text("\(request.parameters["id"] ?? "-") \(request.parameters["n"] ?? "-") \(request.query["q"] ?? "-")")
    },
    Route(.post, "/echo", bodyBytesMax: 100_000) { request in
        .bytes(try await request.body.collect(upTo: 100_000), contentType: "application/octet-stream")
    },
    Route(.post, "/ignore", bodyBytesMax: 10_000_000) { _ in .text("ignored") },
    Route(.get, "/broken") { _ in throw Secret() },
    Route(.get, "/problem") { _ in throw Problem.conflict(code: "already_there", "It is there.") },
    Route(.get, "/nothing") { _ in .empty(.noContent) },
    Route(.get, "/split") { _ in HTTPResponse(fields: ["X-Evil": "a\r\nX-Injected: b"]) },
    Route(.get, "/big") { _ in .bytes([UInt8](repeating: 0x62, count: 3_000_000), contentType: "text/plain") },
    Route(.get, "/context") { request in
        .text("\(request.context.requestID) \(request.context.trace.traceID) \(request.context.peerAddress)")
    },
]

@Suite struct ExchangeTests {
    @Test func `Answers stay on one connection`() async throws {
        try await TestServer.run(routes) { server in
            let client = try server.connect()
            for _ in 0..<3 {
                let response = try await client.request("GET", "/health")
                #expect(response.status == 200)
                #expect(response["content-type"] == "application/json")
                #expect(response["connection"] == nil)
                #expect(response["date"]?.hasSuffix(" GMT") == true)
                #expect(response.text == #"{"status":"ok"}"#)
            }
        }
    }

    @Test func `HEAD tells the length and sends no body`() async throws {
        try await TestServer.run(routes) { server in
            let client = try server.connect()
            let response = try await client.request("HEAD", "/health")
            #expect(response["content-length"] == "15")
            #expect(try await client.request("GET", "/health").text == #"{"status":"ok"}"#)
        }
    }

    @Test func `Parameters and queries are decoded`() async throws {
        try await TestServer.run(routes) { server in
            let client = try server.connect()
            #expect(try await client.request("GET", "/lectures/a%2Fb/pages/7?q=x+y").text == "a/b 7 x y")
            #expect(try await client.request("GET", "/lectures/%zz/pages/7").status == 400)
            #expect(try await client.request("GET", "/lectures//pages/7").status == 404)
        }
    }

    @Test func `Unknown paths, wrong methods and OPTIONS are told apart`() async throws {
        try await TestServer.run(routes) { server in
            let client = try server.connect()
            let unknown = try await client.request("GET", "/nowhere")
            #expect(unknown.status == 404)
            #expect(unknown["content-type"] == "application/problem+json")
            let problem = try JSONValue(parsing: unknown.body)
            #expect(problem["request_id"]?.string == unknown["x-request-id"])
            #expect(problem["instance"]?.string == "/nowhere")
            let wrong = try await client.request("DELETE", "/health")
            #expect(wrong.status == 405)
            #expect(wrong["allow"] == "GET, HEAD, OPTIONS")
            let options = try await client.request("OPTIONS", "/health")
            #expect(options.status == 204)
            #expect(options["allow"] == "GET, HEAD, OPTIONS")
            #expect(try await client.request("OPTIONS", "*").status == 204)
        }
    }

    @Test func `Unknown errors are logged and answered without a word about them`() async throws {
        try await TestServer.run(routes) { server in
            let client = try server.connect()
            let response = try await client.request("GET", "/broken", fields: "X-Request-Id: abc-1\r\n")
            #expect(response.status == 500)
            #expect(!response.text.contains("hunter2"))
            #expect(response["x-request-id"] == "abc-1")
            let entry = try #require(server.logs.entries.first { $0.level == .error })
            #expect(entry.metadata.contains { $0.key == "request.id" && $0.value == "abc-1" })
            #expect(try await client.request("GET", "/problem").status == 409)
        }
    }

    @Test func `A field that would split the response becomes a 500`() async throws {
        try await TestServer.run(routes) { server in
            let client = try server.connect()
            let response = try await client.request("GET", "/split")
            #expect(response.status == 500)
            #expect(response["x-injected"] == nil)
            #expect(try await client.isClosedByServer())
        }
    }

    @Test func `Names of requests are taken over when they are harmless`() async throws {
        try await TestServer.run(routes) { server in
            let client = try server.connect()
            let trace = "0af7651916cd43dd8448eb211c80319c"
            let given = try await client.request(
                "GET", "/context", fields: "X-Request-Id: r.1\r\ntraceparent: 00-\(trace)-b7ad6b7169203331-01\r\n")
            #expect(given.text == "r.1 \(trace) 127.0.0.1")
            let odd = try await client.request("GET", "/context", fields: "X-Request-Id: a b\"c\r\n")
            #expect(odd["x-request-id"] != "a b\"c")
            #expect(odd["x-request-id"]?.count == 36)
        }
    }

    @Test func `HTTP 1.0 closes unless it is asked to keep on`() async throws {
        try await TestServer.run(routes) { server in
            let once = try server.connect()
            try await once.send("GET /health HTTP/1.0\r\n\r\n")
            let response = try await once.receiveResponse()
            #expect(response["connection"] == "close")
            #expect(try await once.isClosedByServer())
            let kept = try server.connect()
            try await kept.send("GET /health HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
            #expect(try await kept.receiveResponse()["connection"] == "keep-alive")
            #expect(try await kept.request("GET", "/health").status == 200)
        }
    }

    @Test func `A client that asks for the end gets it`() async throws {
        try await TestServer.run(routes) { server in
            let client = try server.connect()
            let response = try await client.request("GET", "/health", fields: "Connection: close\r\n")
            #expect(response["connection"] == "close")
            #expect(try await client.isClosedByServer())
        }
    }

    @Test func `A client that closes its sending side still reads the answer`() async throws {
        try await TestServer.run(routes) { server in
            let client = try server.connect()
            try await client.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi")
            await client.finishSending()
            #expect(try await client.receiveTextToEnd().hasSuffix("\r\n\r\nhi"))
        }
    }

    @Test func `Large answers arrive whole`() async throws {
        try await TestServer.run(routes) { server in
            let client = try server.connect(receiveBufferBytes: 65_536)
            let response = try await client.request("GET", "/big")
            #expect(response.body.count == 3_000_000)
            #expect(try await client.request("GET", "/nothing").status == 204)
        }
    }
}

@Suite struct RequestBodyTests {
    @Test func `Bodies come back, counted and chunked, however they are cut`() async throws {
        try await TestServer.run(routes) { server in
            let client = try server.connect()
            let head = "POST /echo HTTP/1.1\r\nHost: a\r\n"
            let counted = "\(head)Content-Length: 11\r\n\r\nhello world"
            let chunked =
                "\(head)Transfer-Encoding: chunked\r\n\r\n5;x=y\r\nhello\r\n6\r\n world\r\n0\r\nX-T: 1\r\n\r\n"
            for text in [counted, chunked] {
                let bytes = Array(text.utf8)
                for cut in 1..<bytes.count {
                    try await client.send(Array(bytes[..<cut]))
                    // An answered request in between would show that the server saw a message where none was.
                    try await client.send(Array(bytes[cut...]))
                    #expect(try await client.receiveResponse().text == "hello world")
                }
                for byte in bytes { try await client.send([byte]) }
                #expect(try await client.receiveResponse().text == "hello world")
            }
        }
    }

    @Test func `Thousands of pipelined requests are answered in order`() async throws {
        try await TestServer.run(routes) { server in
            let client = try server.connect()
            let count = 3000
            var text = ""
            for number in 0..<count {
                let body = "n\(number)"
                text += "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
            }
            try await client.send(text)
            for number in 0..<count { #expect(try await client.receiveResponse().text == "n\(number)") }
        }
    }

    @Test func `The body is asked for only when somebody wants it`() async throws {
        try await TestServer.run(routes) { server in
            let head = "HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n"
            let wanted = try server.connect()
            try await wanted.send("POST /echo \(head)")
            #expect(try await wanted.receive(through: "\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n")
            try await wanted.send("abcde")
            #expect(try await wanted.receiveResponse().text == "abcde")
            let unwanted = try server.connect()
            try await unwanted.send("POST /ignore \(head)")
            let response = try await unwanted.receiveResponse()
            #expect(response.text == "ignored")
            #expect(response["connection"] == "close")
        }
    }

    @Test func `A body at the limit passes and one byte more is refused before it is read`() async throws {
        try await TestServer.run(routes) { server in
            let client = try server.connect()
            try await client.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n")
            try await client.send([UInt8](repeating: 0x61, count: 100_000))
            #expect(try await client.receiveResponse().body.count == 100_000)
            try await client.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 100001\r\n\r\n")
            #expect(try await client.receiveResponse().status == 413)

            let chunked = try server.connect()
            try await chunked.send("POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n186a1\r\n")
            let response = try await chunked.receiveResponse()
            #expect(response.status == 413)
            #expect(response["connection"] == "close")
        }
    }

    @Test func `A short body left unread does not disturb the next request`() async throws {
        try await TestServer.run(routes) { server in
            let client = try server.connect()
            let body = String(repeating: "x", count: 50_000)
            try await client.send("POST /ignore HTTP/1.1\r\nHost: a\r\nContent-Length: 50000\r\n\r\n\(body)")
            #expect(try await client.receiveResponse().text == "ignored")
            #expect(try await client.request("GET", "/health").status == 200)
        }
    }

    @Test func `A long body left unread ends the connection after the answer`() async throws {
        try await TestServer.run(routes) { server in
            let client = try server.connect()
            try await client.send("POST /ignore HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n")
            try await client.send([UInt8](repeating: 0x61, count: 300_000))
            let response = try await client.receiveResponse()
            #expect(response.text == "ignored")
            #expect(response["connection"] == "close")
            #expect(try await client.isClosedByServer())
        }
    }
}
