import JSONCoding
import Platform
import Settings
import TestSupport
import Testing

@testable import LanguageModels

/// A whole reply of Gemini: thoughts, an empty part, usage in the last chunk, no end mark.
private let geminiReply = """
    data: {"candidates":[{"index":0,"content":{"role":"model","parts":[{"text":"hm {","thought":true},{"text":"pö"}]}}],"modelVersion":"M-001"}\r
    \r
    data: {"candidates":[{"content":{"role":"model","parts":[{"text":"n}g"},{"thoughtSignature":"x","text":""}]},"finishReason":"STOP"}],"usageMetadata":{"promptTokenCount":4,"candidatesTokenCount":2,"thoughtsTokenCount":3,"totalTokenCount":9}}\r
    \r

    """

@Suite struct `Gemini's protocol` {
    private func ask(
        _ prompt: ModelPrompt = anyPrompt, model: String = "m1", options: ModelClientOptions = ModelClientOptions(),
        time: any TimeSource = SystemTime(), _ script: @escaping @Sendable (ScriptedConnection) throws -> Void
    ) async throws -> Outcome {
        let server = try ScriptedServer(script)
        return try await withClient { client, logger in
            try await outcome(
                of: GeminiModel(
                    baseURL: server.url + "/v1beta", key: Secret("k-123"), model: model, options: options,
                    client: client, logger: logger, time: time), prompt)
        }
    }

    @Test func `is asked as its documentation says, with the key in a header`() async throws {
        let asked = Lock<(head: String, body: JSONValue)>(("", .null))
        var prompt = anyPrompt
        prompt.messages += [ModelMessage(.assistant, "pong"), ModelMessage(.user, "again")]
        prompt.options.seed = 5
        let answer = try await ask(prompt) { connection in
            let request = try connection.readRequest()
            let body = try JSONValue(parsing: request.body)
            asked.withLock { $0 = (request.head, body) }
            try connection.reply(geminiReply, contentType: eventStream)
        }
        #expect(answer.text == "pön}g")
        #expect(answer.finish == ModelFinish(reason: .stop, promptTokens: 4, answerTokens: 5))
        let (head, body) = asked.withLock { $0 }
        #expect(head.hasPrefix("POST /v1beta/models/m1:streamGenerateContent?alt=sse HTTP/1.1\r\n"))
        #expect(head.lowercased().contains("\r\nx-goog-api-key: k-123"))
        #expect(!head.lowercased().contains("authorization"))
        #expect(
            body == [
                "systemInstruction": ["parts": [["text": "Be brief."]]],
                "contents": [
                    ["role": "user", "parts": [["text": "ping"]]], ["role": "model", "parts": [["text": "pong"]]],
                    ["role": "user", "parts": [["text": "again"]]],
                ],
                "generationConfig": ["temperature": 0.2, "maxOutputTokens": 800, "seed": 5],
            ])
    }

    @Test(arguments: [("a b?", "/v1beta/models/a%20b%3F:"), ("tunedModels/x-1", "/v1beta/tunedModels/x-1:")])
    func `a model's name cannot change the address`(model: String, path: String) async throws {
        let head = Lock("")
        _ = try await ask(model: model) { connection in
            let request = try connection.readRequest()
            head.withLock { $0 = request.head }
            try connection.reply(geminiReply, contentType: eventStream)
        }
        #expect(head.withLock { $0 }.hasPrefix("POST \(path)streamGenerateContent?alt=sse "))
    }

    @Test func `a shape is asked for in its own schema language`() async throws {
        let asked = Lock(JSONValue.null)
        var prompt = anyPrompt
        prompt.schema = ResponseSchema(
            .object(
                [
                    ("kind", .string(minLength: 1, allowed: ["a", "b"]).described("which")),
                    ("list", .array(of: .nullable(.number(min: 0, max: 1)), minItems: 1, maxItems: 9)),
                    ("note", .string(maxLength: 5)),
                ], required: ["kind"]))
        _ = try await ask(prompt) { connection in
            let body = try JSONValue(parsing: try connection.readRequest().body)
            asked.withLock { $0 = body }
            try connection.reply(geminiReply, contentType: eventStream)
        }
        let generation = asked.withLock { $0 }["generationConfig"]
        #expect(generation?["responseMimeType"]?.string == "application/json")
        #expect(
            generation?["responseSchema"] == [
                "type": "OBJECT", "required": ["kind"],
                "properties": [
                    "kind": ["type": "STRING", "description": "which", "enum": ["a", "b"]],
                    "list": [
                        "type": "ARRAY", "minItems": "1", "maxItems": "9",
                        "items": ["type": "NUMBER", "minimum": 0.0, "maximum": 1.0, "nullable": true],
                    ], "note": ["type": "STRING"],
                ], "propertyOrdering": ["kind", "list", "note"],
            ])
    }

    @Test func `gives the same answer wherever the reply is cut`() throws {
        let bytes = Array(geminiReply.utf8)
        for cut in 0...bytes.count {
            var reply = GeminiReply()
            var events: [ModelEvent] = []
            try reply.consume(Array(bytes[..<cut]), into: &events)
            try reply.consume(Array(bytes[cut...]), into: &events)
            try reply.end(into: &events)
            #expect(reply.isFinished)
            #expect(
                events == [
                    .text("pö"), .text("n}g"),
                    .finished(ModelFinish(reason: .stop, promptTokens: 4, answerTokens: 5)),
                ])
        }
    }

    @Test func `that ends before a finish reason is cut off, wherever it ends`() throws {
        let bytes = Array(geminiReply.utf8)
        let lastBracket = try #require(bytes.lastIndex(of: UInt8(ascii: "}")))
        for end in 0...lastBracket {
            var reply = GeminiReply()
            var events: [ModelEvent] = []
            try reply.consume(Array(bytes[..<end]), into: &events)
            try reply.end(into: &events)
            #expect(!reply.isFinished)
        }
    }

    @Test func `as one list in pieces is read, too`() async throws {
        let answer = try await ask { connection in
            _ = try connection.readRequest()
            let body = """
                [{
                  "candidates": [{"content": {"parts": [{"text": "a"}]}}]
                }
                ,
                {
                  "candidates": [{"content": {"parts": [{"text": "b"}]}, "finishReason": "STOP"}]
                }
                ]
                """
            try connection.chunkedReply(body.utf8.map { [$0] }, contentType: "application/json")
        }
        #expect(answer.text == "ab")
        #expect(answer.finish?.reason == .stop)
    }

    @Test(
        arguments: [
            "data: {\"error\":{\"code\":503,\"message\":\"x\",\"status\":\"UNAVAILABLE\"}}\n\n",
            "{\n  \"error\": {\n    \"code\": 503,\n    \"message\": \"a } b\"\n  }\n}\n",
            "[{\n  \"error\": {\n    \"code\": 500\n  }\n}\n]\n",
        ])
    func `an error in the middle is found in every form`(error: String) async throws {
        let answer = try await ask { connection in
            _ = try connection.readRequest()
            try connection.reply(
                "data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"po\"}]}}]}\n\n" + error,
                contentType: eventStream)
        }
        #expect(answer.text == "po")
        #expect(answer.failure == .failedMidStream)
        #expect(answer.finish == nil)
    }

    @Test func `a blocked prompt is a refusal, not an empty answer`() async throws {
        let answer = try await ask { connection in
            _ = try connection.readRequest()
            try connection.reply(
                "data: {\"promptFeedback\":{\"blockReason\":\"SAFETY\"},\"usageMetadata\":{\"promptTokenCount\":4}}\n\n",
                contentType: eventStream)
        }
        #expect(answer.failure == .refusedAnswer)
    }

    @Test(
        arguments: [
            ("SAFETY", ModelFinish.Reason.refused), ("RECITATION", .refused), ("MAX_TOKENS", .length),
            ("NEW_WORD", .other("NEW_WORD")),
        ])
    func `an answer without content ends with its reason`(word: String, reason: ModelFinish.Reason) async throws {
        let answer = try await ask { connection in
            _ = try connection.readRequest()
            try connection.reply(
                "data: {\"candidates\":[{\"finishReason\":\"\(word)\"}]}\n\n", contentType: eventStream)
        }
        #expect(answer.text.isEmpty)
        #expect(answer.finish?.reason == reason)
    }

    @Test func `comments and other fields of events are passed over`() throws {
        var reply = GeminiReply()
        var events: [ModelEvent] = []
        let text = """
            : ping {
            event: message{
            id: {
            data: {"candidates":[{"content":{"parts":[{"text":"a"}]},"finishReason":"STOP"}]}


            """
        try reply.consume(Array(text.utf8), into: &events)
        try reply.end(into: &events)
        #expect(events.first == .text("a"))
        #expect(reply.isFinished)
    }

    @Test func `waits as long as RetryInfo says before it asks again`() async throws {
        let calls = Lock(0)
        let time = ManualTime()
        let body = """
            {"error":{"code":429,"message":"x","status":"RESOURCE_EXHAUSTED","details":[
            {"@type":"type.googleapis.com/google.rpc.QuotaFailure","violations":[{"quotaId":"RequestsPerMinute"}]},
            {"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"7s"}]}}
            """
        let server = try ScriptedServer { connection in
            _ = try connection.readRequest()
            let count = calls.withLock { calls in
                calls += 1
                return calls
            }
            if count == 1 {
                try connection.respond(429, fields: ["Connection: close"], body: body)
            } else {
                try connection.reply(geminiReply, contentType: eventStream)
            }
        }
        try await withClient { (client, logger) async throws in
            let model = GeminiModel(
                baseURL: server.url, key: nil, model: "m1", client: client, logger: logger, time: time)
            async let answer = outcome(of: model)
            await time.waitForSleepers(1)
            time.advance(by: .milliseconds(6_999))
            #expect(calls.withLock { $0 } == 1)
            time.advance(by: .milliseconds(1))
            #expect(try await answer.text == "pön}g")
        }
    }

    @Test(
        arguments: [
            (
                429, ModelError.Code.quotaExhausted,
                #"[{"error":{"code":429,"details":[{"violations":[{"quotaId":"GenerateRequestsPerDayPerProject"}]},{"retryDelay":"3s"}]}}]"#
            ),
            (429, .overloaded, #"{"error":{"code":429,"details":[{"retryDelay":"37s"}]}}"#),
            (400, .notAuthorised, #"{"error":{"code":400,"details":[{"reason":"API_KEY_INVALID"}]}}"#),
            (400, .refusedRequest, #"{"error":{"code":400,"status":"INVALID_ARGUMENT"}}"#),
            (403, .notAuthorised, #"{"error":{"code":403}}"#), (404, .unknownModel, #"{"error":{"code":404}}"#),
        ])
    func `what waiting does not cure is not tried again`(
        status: Int, code: ModelError.Code, body: String
    ) async throws {
        let calls = Lock(0)
        let answer = try await ask { connection in
            _ = try connection.readRequest()
            calls.withLock { $0 += 1 }
            try connection.respond(status, fields: ["Connection: close"], body: body)
        }
        #expect(answer.failure == code)
        #expect(calls.withLock { $0 } == 1)
    }

    @Test func `keeps to the shape through the whole path`() async throws {
        let server = try ScriptedServer { connection in
            _ = try connection.readRequest()
            try connection.reply(
                "data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"[2,\"}]}}]}\n\n"
                    + "data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"3]\"}]},\"finishReason\":\"STOP\"}]}\n\n",
                contentType: eventStream)
        }
        try await withClient { (client, logger) async throws in
            let model = GeminiModel(baseURL: server.url, key: nil, model: "m1", client: client, logger: logger)
            var usage = TokenUsage.none
            let value = try await model.structured(anyPrompt, schema: .array(of: .integer()), usage: &usage)
            #expect(value == [2, 3])
        }
    }

    @Test(arguments: [("[2, \\\"three\\\"]", "must be a whole number", true), ("no", "no complete JSON", false)])
    func `is shown a wrong answer once, with what is wrong`(wrong: String, problem: String, isCured: Bool) async throws
    {
        let bodies = Lock<[JSONValue]>([])
        let server = try ScriptedServer { connection in
            let request = try connection.readRequest()
            let count = try bodies.withLock { bodies in
                bodies.append(try JSONValue(parsing: request.body))
                return bodies.count
            }
            let text = count == 1 || !isCured ? wrong : "[2,3]"
            try connection.reply(
                "data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"\(text)\"}]},\"finishReason\":\"STOP\"}],"
                    + "\"usageMetadata\":{\"promptTokenCount\":4,\"candidatesTokenCount\":5}}\n\n",
                contentType: eventStream)
        }
        var value: JSONValue?
        var failure: ModelError.Code?
        var usage = TokenUsage.none
        do {
            value = try await withClient { (client, logger) async throws in
                let model = GeminiModel(baseURL: server.url, key: nil, model: "m1", client: client, logger: logger)
                return try await model.structured(anyPrompt, schema: .array(of: .integer()), usage: &usage)
            }
        } catch let error as ModelError {
            failure = error.code
        }
        #expect(value == (isCured ? [2, 3] : nil) && failure == (isCured ? nil : .unusableAnswer))
        let asked = bodies.withLock { $0 }
        #expect(asked.count == 2)
        let turns = asked.last?["contents"]?.array ?? []
        #expect(turns.map { $0["role"]?.string } == ["user", "model", "user"])
        #expect(turns.last?["parts"]?[0]?["text"]?.string?.contains(problem) == true, "\(turns)")
        #expect(usage == TokenUsage(inputTokens: 8, outputTokens: 10))
    }

    @Test func `an unreadable reply is an error`() async throws {
        let answer = try await ask { connection in
            _ = try connection.readRequest()
            try connection.reply("data: {nonsense}\n\n", contentType: eventStream)
        }
        #expect(answer.failure == .malformedReply)
    }
}
