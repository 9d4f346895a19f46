import HTTPClient
import JSONCoding
import Platform
import Settings
import TestSupport
import Testing

@testable import LanguageModels

@Suite struct `Ollama's protocol` {
    private func ask(
        _ options: ModelClientOptions = ModelClientOptions(), time: any TimeSource = SystemTime(),
        _ script: @escaping @Sendable (ScriptedConnection) throws -> Void
    ) async throws -> Outcome {
        let server = try ScriptedServer(script)
        return try await withClient { client, logger in
            try await outcome(
                of: OllamaModel(
                    baseURL: server.url, model: "m1", options: options, client: client, logger: logger, time: time))
        }
    }

    @Test func `is asked as its documentation says`() async throws {
        let asked = Lock("")
        let answer = try await ask { connection in
            let request = try connection.readRequest()
            asked.withLock { $0 = request.head.prefix { $0 != "\r\n" } + "|" + request.text }
            try connection.reply(ollamaReply, contentType: ndjson)
        }
        #expect(answer.text == "pöng")
        #expect(answer.finish == ModelFinish(reason: .stop, promptTokens: 9, answerTokens: 6))
        let parts = asked.withLock { $0 }.split(separator: "|", maxSplits: 1)
        #expect(parts.first == "POST /api/chat HTTP/1.1")
        let body = try JSONValue(parsing: Array(parts[1].utf8))
        #expect(body["model"]?.string == "m1")
        #expect(body["stream"]?.bool == true)
        #expect(body["messages"]?[0]?["role"]?.string == "system")
        #expect(body["messages"]?[1]?["content"]?.string == "ping")
        #expect(body["options"]?["num_ctx"]?.integer == 8_192)
        #expect(body["options"]?["num_predict"]?.integer == 800)
    }

    @Test func `gives the same answer wherever the reply is cut`() async throws {
        let bytes = Array(ollamaReply.utf8)
        for cut in 0...bytes.count {
            var reply = OllamaReply()
            var events: [ModelEvent] = []
            try reply.consume(Array(bytes[..<cut]), into: &events)
            try reply.consume(Array(bytes[cut...]), into: &events)
            try reply.end(into: &events)
            #expect(reply.isFinished)
            #expect(
                events == [
                    .text("pö"), .text("ng"),
                    .finished(ModelFinish(reason: .stop, promptTokens: 9, answerTokens: 6)),
                ])
        }
    }

    @Test func `that ends before done is cut off, wherever it ends`() throws {
        let bytes = Array(ollamaReply.utf8)
        // The last line is whole even without its line end.
        for end in 0..<(bytes.count - 1) {
            var reply = OllamaReply()
            var events: [ModelEvent] = []
            try reply.consume(Array(bytes[..<end]), into: &events)
            try reply.end(into: &events)
            #expect(!reply.isFinished)
        }
    }

    @Test func `in single bytes over the wire`() async throws {
        let answer = try await ask { connection in
            _ = try connection.readRequest()
            try connection.chunkedReply(ollamaReply.utf8.map { [$0] }, contentType: ndjson)
        }
        #expect(answer.text == "pöng")
        #expect(answer.finish?.answerTokens == 6)
    }

    @Test func `reports a failure after the first byte as one more line`() async throws {
        let answer = try await ask { connection in
            _ = try connection.readRequest()
            try connection.reply(
                #"{"message":{"content":"po"},"done":false}"# + "\n" + #"{"error":"runner crashed"}"# + "\n",
                contentType: ndjson)
        }
        #expect(answer.text == "po")
        #expect(answer.failure == .failedMidStream)
        #expect(answer.finish == nil)
    }

    @Test func `with a reply that just stops is an error, not an answer`() async throws {
        let answer = try await ask { connection in
            _ = try connection.readRequest()
            try connection.reply(#"{"message":{"content":"po"},"done":false}"# + "\n", contentType: ndjson)
        }
        #expect(answer.text == "po")
        #expect(answer.failure == .cutOff)
    }

    @Test func `with a reply that is no JSON is an error`() async throws {
        let answer = try await ask { connection in
            _ = try connection.readRequest()
            try connection.reply("<html>\n", contentType: ndjson)
        }
        #expect(answer.failure == .malformedReply)
    }

    @Test(arguments: [(404, ModelError.Code.unknownModel), (400, .refusedRequest), (401, .notAuthorised)])
    func `a refusal is not tried again`(status: Int, code: ModelError.Code) async throws {
        let calls = Lock(0)
        let answer = try await ask { connection in
            _ = try connection.readRequest()
            calls.withLock { $0 += 1 }
            try connection.respond(status, body: #"{"error":"model 'm1' not found"}"#)
        }
        #expect(answer.failure == code)
        let count = calls.withLock { $0 }
        #expect(count == 1)
    }

    @Test func `a full queue is tried again after what the server asks for`() async throws {
        let time = ManualTime()
        let server = try ScriptedServer { connection in
            _ = try connection.readRequest()
            if connection.number == 1 {
                try connection.respond(503, fields: ["Retry-After: 3"], body: #"{"error":"server busy"}"#)
            } else {
                try connection.reply(ollamaReply, contentType: ndjson)
            }
        }
        try await withClient { (client, logger) async throws in
            let model = OllamaModel(baseURL: server.url, model: "m1", client: client, logger: logger, time: time)
            async let answer = outcome(of: model)
            await time.waitForSleepers()
            time.advance(by: .seconds(3))
            let text = try await answer.text
            #expect(text == "pöng")
        }
    }

    @Test func `a model that does not begin in time is an error`() async throws {
        var options = ModelClientOptions()
        options.firstByteTimeout = .milliseconds(40)
        let answer = try await ask(options) { connection in
            _ = try connection.readRequest()
            connection.awaitClose()
        }
        #expect(answer.failure == .timeout)
    }

    @Test func `a model that stops in the middle is an error`() async throws {
        var options = ModelClientOptions()
        options.idleTimeout = .milliseconds(40)
        let answer = try await ask(options) { connection in
            _ = try connection.readRequest()
            try connection.send("HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n")
            try connection.send(#"{"message":{"content":"po"},"done":false}"# + "\n")
            connection.awaitClose()
        }
        #expect(answer.text == "po")
        #expect(answer.failure == .timeout)
    }

    @Test func `a line without end is refused`() async throws {
        let answer = try await ask { connection in
            _ = try connection.readRequest()
            try connection.reply(String(repeating: "x", count: 2 << 20), contentType: ndjson)
        }
        #expect(answer.failure == .replyTooLarge)
    }
}

@Suite struct `The OpenAI-compatible protocol` {
    private func ask(
        time: any TimeSource = SystemTime(), _ script: @escaping @Sendable (ScriptedConnection) throws -> Void
    ) async throws -> Outcome {
        let server = try ScriptedServer(script)
        return try await withClient { client, logger in
            try await outcome(
                of: OpenAICompatibleModel(
                    baseURL: server.url + "/v1", key: Secret("k"), model: "m", client: client, logger: logger,
                    time: time))
        }
    }

    @Test func `is asked as its documentation says`() async throws {
        let asked = Lock("")
        let answer = try await ask { connection in
            let request = try connection.readRequest()
            asked.withLock { $0 = request.head + "|" + request.text }
            try connection.reply(openAIReply, contentType: eventStream)
        }
        #expect(answer.text == "pöng")
        #expect(answer.finish == ModelFinish(reason: .stop, promptTokens: 3, answerTokens: 2))
        let parts = asked.withLock { $0 }.split(separator: "|", maxSplits: 1)
        #expect(parts[0].hasPrefix("POST /v1/chat/completions HTTP/1.1"))
        #expect(parts[0].contains("Authorization: Bearer k"))
        let body = try JSONValue(parsing: Array(parts[1].utf8))
        #expect(body["stream_options"]?["include_usage"]?.bool == true)
        #expect(body["max_tokens"]?.integer == 800)
    }

    @Test func `gives the same answer wherever the reply is cut, with any line end`() async throws {
        for text in [openAIReply, openAIReply.replacing("\n", with: "\r\n"), openAIReply.replacing("\n", with: "\r")] {
            let bytes = Array(text.utf8)
            for cut in 0...bytes.count {
                var reply = OpenAIReply()
                var events: [ModelEvent] = []
                try reply.consume(Array(bytes[..<cut]), into: &events)
                try reply.consume(Array(bytes[cut...]), into: &events)
                #expect(
                    events == [
                        .text("pö"), .text("ng"),
                        .finished(ModelFinish(reason: .stop, promptTokens: 3, answerTokens: 2)),
                    ])
            }
        }
    }

    @Test func `without the end mark is cut off, even after a finish reason`() async throws {
        let answer = try await ask { connection in
            _ = try connection.readRequest()
            try connection.reply(openAIReply.replacing("data: [DONE]", with: ": gone"), contentType: eventStream)
        }
        #expect(answer.text == "pöng")
        #expect(answer.failure == .cutOff)
    }

    @Test(arguments: [
        #"data: {"error":{"message":"context overflow","type":null,"code":500}}"#,
        #"data: {"error":"context overflow"}"#,
        "event: error\ndata: {\"message\":\"context overflow\"}",
        "event: error\ndata: gone",
        #"data: {"object":"error","message":"context overflow","code":400}"#,
    ])
    func `reports failures in the stream in several ways`(event: String) async throws {
        let answer = try await ask { connection in
            _ = try connection.readRequest()
            try connection.reply(
                "data: {\"choices\":[{\"delta\":{\"content\":\"po\"}}]}\n\n" + event + "\n\ndata: [DONE]\n\n",
                contentType: eventStream)
        }
        #expect(answer.text == "po")
        #expect(answer.failure == .failedMidStream)
    }

    @Test func `tells a refusal and a cut answer from a whole one`() async throws {
        let refused = try await ask { connection in
            _ = try connection.readRequest()
            try connection.reply(
                "data: {\"choices\":[{\"delta\":{\"refusal\":\"No.\"},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n",
                contentType: eventStream)
        }
        #expect(refused.finish?.reason == .refused)
        let long = try await ask { connection in
            _ = try connection.readRequest()
            try connection.reply(
                "data: {\"choices\":[{\"delta\":{\"content\":\"a\"},\"finish_reason\":\"length\"}]}\n\ndata: [DONE]\n\n",
                contentType: eventStream)
        }
        #expect(long.finish?.reason == .length)
    }

    @Test func `an exhausted account is not asked again, a busy server is`() async throws {
        let calls = Lock(0)
        let answer = try await ask { connection in
            _ = try connection.readRequest()
            calls.withLock { $0 += 1 }
            try connection.respond(429, body: #"{"error":{"message":"pay","code":"insufficient_quota"}}"#)
        }
        #expect(answer.failure == .quotaExhausted)
        let count = calls.withLock { $0 }
        #expect(count == 1)

        let time = ManualTime()
        let server = try ScriptedServer { connection in
            _ = try connection.readRequest()
            if connection.number == 1 {
                try connection.respond(
                    429, fields: ["retry-after-ms: 1500"], body: #"{"error":{"message":"slow down","code":null}}"#)
            } else {
                try connection.reply(openAIReply, contentType: eventStream)
            }
        }
        try await withClient { (client, logger) async throws in
            let model = OpenAICompatibleModel(
                baseURL: server.url, key: nil, model: "m", client: client, logger: logger, time: time)
            async let answer = outcome(of: model)
            await time.waitForSleepers()
            time.advance(by: .milliseconds(1_500))
            let text = try await answer.text
            #expect(text == "pöng")
        }
    }

    @Test func `dropping the answer stops the server's work`() async throws {
        let server = try ScriptedServer { connection in
            _ = try connection.readRequest()
            try connection.send("HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n")
            try connection.send("data: {\"choices\":[{\"delta\":{\"content\":\"po\"}}]}\n\n")
            connection.awaitClose()
            connection.report("closed")
        }
        try await withClient { (client, logger) async throws in
            let model = OpenAICompatibleModel(baseURL: server.url, key: nil, model: "m", client: client, logger: logger)
            func readOne() async throws {
                for try await _ in try await model.stream(anyPrompt) { break }
            }
            try await readOne()
            await server.awaitReport("closed")
        }
    }
}

@Suite struct `The circuit breaker` {
    private let start = MonotonicInstant(nanoseconds: 0)

    @Test func `opens after failures in a row and lets one probe through after the pause`() {
        var breaker = CircuitBreaker(failuresMax: 3, pause: .seconds(30))
        func permits(after duration: Duration) -> Bool { breaker.permits(at: start + duration) }
        var permitted: [Bool] = []
        for failure in 1...5 {
            permitted.append(permits(after: .zero))
            breaker.recordFailure(at: start)
            if failure == 2 { breaker.recordSuccess() }
        }
        #expect(permitted == [true, true, true, true, true])
        // Closed for the pause, then one probe at a time, which fails.
        permitted = [permits(after: .milliseconds(29_999)), permits(after: .seconds(30)), permits(after: .seconds(30))]
        #expect(permitted == [false, true, false])
        breaker.recordFailure(at: start + .seconds(31))
        permitted = [permits(after: .seconds(60)), permits(after: .seconds(61))]
        #expect(permitted == [false, true])
        breaker.recordSuccess()
        permitted = [permits(after: .seconds(61)), permits(after: .seconds(61))]
        #expect(permitted == [true, true])
    }

    @Test func `replaces a probe that never reports`() {
        var breaker = CircuitBreaker(failuresMax: 1, pause: .seconds(30))
        breaker.recordFailure(at: start)
        let permitted = [30, 59, 60].map { breaker.permits(at: start + .seconds($0)) }
        #expect(permitted == [true, false, true])
    }

    @Test func `keeps a model that fails alone`() async throws {
        let server = try ScriptedServer { connection in
            _ = try connection.readRequest()
            try connection.respond(500, body: "{}")
        }
        var options = ModelClientOptions()
        options.retry = RetryPolicy(attemptsMax: 1, repeatsAnyMethod: true)
        options.breaker = CircuitBreaker(failuresMax: 2, pause: .seconds(30))
        let time = ManualTime()
        try await withClient { (client, logger) async throws in
            let model = OllamaModel(
                baseURL: server.url, model: "m1", options: options, client: client, logger: logger, time: time)
            for _ in 1...2 { #expect(try await outcome(of: model).failure == .serverFailed) }
            #expect(try await outcome(of: model).failure == .circuitOpen)
            #expect(server.connectionCount == 2)
            time.advance(by: .seconds(30))
            #expect(try await outcome(of: model).failure == .serverFailed)
        }
    }
}
