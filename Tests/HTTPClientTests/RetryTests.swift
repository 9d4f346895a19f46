import HTTPClient
import HTTPMessages
import Platform
import TestSupport
import Testing

@Suite struct `The retry policy` {
    private let policy = RetryPolicy.idempotent

    private func delay(
        _ outcome: RetryPolicy.Outcome, attempt: Int = 1, method: HTTPMethod = .get, asked: Duration? = nil,
        jitter: Double = 0
    ) -> Duration? {
        policy.delay(after: outcome, attempt: attempt, method: method, serverDelay: asked, jitter: jitter)
    }

    @Test(arguments: [408, 429, 500, 502, 503, 504])
    func `passing troubles are tried again`(status: Int) {
        #expect(delay(.response(status: status, fields: [:])) == .milliseconds(500))
    }

    @Test(arguments: [200, 204, 301, 400, 401, 403, 404, 409, 410, 422, 501, 505])
    func `answers that will not change are not`(status: Int) {
        #expect(delay(.response(status: status, fields: [:])) == nil)
    }

    @Test func `delays double, are bounded, and jitter only shortens them`() {
        var policy = RetryPolicy(attemptsMax: 100)
        let delays = (1...6).map {
            policy.delay(
                after: .response(status: 503, fields: [:]), attempt: $0, method: .get, serverDelay: nil, jitter: 0)
        }
        #expect(delays == [.milliseconds(500), .seconds(1), .seconds(2), .seconds(4), .seconds(8), .seconds(8)])
        let jittered = policy.delay(
            after: .response(status: 503, fields: [:]), attempt: 1, method: .get, serverDelay: nil, jitter: 1)
        #expect(jittered == .milliseconds(375))
        policy.attemptsMax = 3
        #expect(
            policy.delay(
                after: .response(status: 503, fields: [:]), attempt: 3, method: .get, serverDelay: nil, jitter: 0)
                == nil)
    }

    @Test func `what the server asks for wins unless it is too long`() {
        #expect(delay(.response(status: 429, fields: [:]), asked: .seconds(20)) == .seconds(20))
        #expect(delay(.response(status: 429, fields: [:]), asked: .seconds(120)) == .seconds(120))
        #expect(delay(.response(status: 429, fields: [:]), asked: .seconds(121)) == nil)
    }

    @Test func `the server's advice overrules the status`() {
        #expect(delay(.response(status: 429, fields: ["x-should-retry": "false"])) == nil)
        #expect(delay(.response(status: 409, fields: ["x-should-retry": "true"])) != nil)
    }

    @Test func `POST is repeated only when the caller says so`() {
        let failure = RetryPolicy.Outcome.failure(HTTPClientError(.connectionLost, ""))
        #expect(delay(failure, method: .post) == nil)
        #expect(RetryPolicy.always.delay(after: failure, attempt: 1, method: .post, serverDelay: nil, jitter: 0) != nil)
        #expect(delay(failure, method: .put) != nil)
    }

    @Test func `running out of time is not tried again`() {
        #expect(delay(.failure(HTTPClientError(.firstByteTimeout, ""))) == nil)
        #expect(delay(.failure(HTTPClientError(.cancelled, ""))) == nil)
    }
}

@Suite struct `What a server asks for` {
    private let now = Timestamp(millisecondsSince1970: 1_767_322_984_000)

    @Test func `milliseconds come before seconds`() {
        #expect(ServerDelay.asked(in: ["Retry-After": "3", "retry-after-ms": "250"], now: now) == .milliseconds(250))
        #expect(ServerDelay.asked(in: ["Retry-After": "3"], now: now) == .seconds(3))
        #expect(ServerDelay.asked(in: [:], now: now) == nil)
    }

    @Test func `a date is a delay from now, and a past one is none`() {
        let later = HTTPDate.format(now + .seconds(90))
        #expect(ServerDelay.asked(in: ["Retry-After": later], now: now) == .seconds(90))
        let earlier = HTTPDate.format(now + .seconds(-90))
        #expect(ServerDelay.asked(in: ["Retry-After": earlier], now: now) == .zero)
    }

    @Test(arguments: ["", "soon", "-1", "nan", "inf", "1e99"])
    func `unreadable wishes are no wishes`(text: String) {
        #expect(ServerDelay.asked(in: ["Retry-After": text], now: now) == nil)
    }
}

@Suite struct `Retries on the wire` {
    @Test func `the second attempt follows after what the server asked for`() async throws {
        let server = try ScriptedServer { connection in
            _ = try connection.readRequest()
            if connection.number == 1 {
                try connection.respond(429, fields: ["Retry-After: 7"], body: "later")
            } else {
                try connection.respond(body: "now")
            }
        }
        let time = ManualTime()
        try await withClient(time: time) { client in
            async let response = client.send(HTTPClientRequest(.get, server.url))
            await time.waitForSleepers()
            time.advance(by: .milliseconds(6_999))
            #expect(time.sleeperCount == 1)
            time.advance(by: .milliseconds(1))
            let body = try await response.body
            #expect(body == Array("now".utf8))
        }
    }

    @Test func `a response cut in its body is tried again`() async throws {
        let server = try ScriptedServer { connection in
            _ = try connection.readRequest()
            if connection.number == 1 {
                try connection.send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab")
            } else {
                try connection.respond(body: "whole")
            }
        }
        let time = ManualTime()
        try await withClient(time: time) { client in
            async let response = client.send(HTTPClientRequest(.get, server.url))
            await time.waitForSleepers()
            time.advance(by: .seconds(1))
            let body = try await response.body
            #expect(body == Array("whole".utf8))
        }
    }

    @Test func `the last failure is the answer`() async throws {
        let server = try ScriptedServer { connection in
            _ = try connection.readRequest()
            try connection.respond(503, body: "attempt \(connection.number)")
        }
        let time = ManualTime()
        try await withClient(time: time) { client in
            async let response = client.send(HTTPClientRequest(.get, server.url))
            for _ in 1...2 {
                await time.waitForSleepers()
                time.advance(by: .seconds(8))
            }
            let body = try await response.body
            #expect(body == Array("attempt 3".utf8))
        }
        #expect(server.connectionCount == 3)
    }

    @Test func `cancelling during the pause ends it`() async throws {
        let server = try ScriptedServer { connection in
            _ = try connection.readRequest()
            try connection.respond(503, body: "")
        }
        let time = ManualTime()
        try await withClient(time: time) { client in
            let caller = Task { await failureCode { try await client.send(HTTPClientRequest(.get, server.url)) } }
            await time.waitForSleepers()
            caller.cancel()
            #expect(await caller.value == .cancelled)
        }
    }
}
