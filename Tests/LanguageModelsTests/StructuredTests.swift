import HTTPClient
import JSONCoding
import LanguageModels
import Platform
import TestSupport
import Testing

/// The shape that these tests ask for.
private let schema = JSONSchema.object(
    [
        ("city", .string(minLength: 1)), ("count", .integer(min: 0)), ("kind", .string(allowed: ["a", "b"])),
        ("note", .string()),
    ], required: ["city", "count", "kind"])

private let right: JSONValue = ["city": "Łódź", "count": 7, "kind": "b"]

/// A line of Ollama's protocol with the whole answer.
private func ollamaAnswer(_ text: String, reason: String = "stop") -> String {
    let message: JSONValue = ["message": ["role": "assistant", "content": .string(text)], "done": false]
    return message.text + "\n"
        + #"{"message":{"content":""},"done":true,"done_reason":"\#(reason)","prompt_eval_count":9,"eval_count":6}"#
        + "\n"
}

/// What came of asking for a shape, and the bodies that the server was sent.
private struct Exchange {
    var value: JSONValue?
    var failure: ModelError.Code?
    var usage = TokenUsage.none
    var bodies: [JSONValue] = []
}

@Suite struct `Answers of a given shape` {
    /// Asks an Ollama server that gives one of `answers` after the other.
    private func ask(_ answers: [String], reason: String = "stop") async throws -> Exchange {
        try await exchange { connection, number in
            try connection.reply(
                ollamaAnswer(answers[min(number, answers.count - 1)], reason: reason), contentType: ndjson)
        }
    }

    private func exchange(
        _ reply: @escaping @Sendable (ScriptedConnection, Int) throws -> Void
    ) async throws -> Exchange {
        let bodies = Lock<[JSONValue]>([])
        let server = try ScriptedServer { connection in
            while true {
                let request = try connection.readRequest()
                let body = try JSONValue(parsing: request.body)
                let number = bodies.withLock { bodies in
                    bodies.append(body)
                    return bodies.count - 1
                }
                try reply(connection, number)
                return
            }
        }
        var exchange = Exchange()
        var usage = TokenUsage.none
        do {
            exchange.value = try await withClient { client, logger in
                var options = ModelClientOptions()
                options.retry = .none
                let model = OllamaModel(
                    baseURL: server.url, model: "m1", options: options, client: client, logger: logger)
                return try await model.structured(anyPrompt, schema: schema, name: "place", usage: &usage)
            }
        } catch let error as ModelError {
            exchange.failure = error.code
        }
        exchange.usage = usage
        exchange.bodies = bodies.withLock { $0 }
        return exchange
    }

    @Test func `the server gets the schema and the model reads it`() async throws {
        let exchange = try await ask([right.text])
        #expect(exchange.value == right)
        #expect(exchange.bodies.count == 1)
        #expect(exchange.bodies.first?["format"] == schema.json)
        #expect(exchange.bodies.first?["messages"]?[0]?["content"]?.string?.contains(schema.json.text) == true)
        #expect(exchange.usage == TokenUsage(inputTokens: 9, outputTokens: 6))
    }

    @Test(
        arguments: [
            "```json\n\(right.text)\n```", "Sure! Here it is:\n\(right.text)\nAnything else?",
            "<think>maybe {\"city\": 1}?</think>\(right.text)", "\u{FEFF} \n\(right.text)\n",
            #"{"city": "x", "count": "no"} or rather "# + right.text, "[1] \(right.text)", "{ \(right.text)",
        ])
    func `what stands around the JSON is passed over`(text: String) async throws {
        let exchange = try await ask([text])
        #expect(exchange.value == right)
        #expect(exchange.bodies.count == 1)
    }

    @Test(
        arguments: [
            ("", "no complete JSON"), (#"{"city": "Łódź", "cou"#, "no complete JSON"),
            ("I cannot do that.", "no complete JSON"),
            (#"{"city": "Łódź", "count": "seven", "kind": "b"}"#, "count must be a whole number"),
            (#"{"city": "", "count": 1, "kind": "b"}"#, "city must not be empty"),
            (#"{"city": "x", "count": 1, "kind": "c"}"#, "kind must be one of a, b"),
            (#"{"count": 1, "kind": "a"}"#, "city is required"), ("[]", "the answer must be an object"),
        ])
    func `a wrong answer is shown to the model with what is wrong, once`(wrong: String, problem: String) async throws {
        let exchange = try await ask([wrong, right.text])
        #expect(exchange.value == right)
        #expect(exchange.bodies.count == 2)
        let messages = exchange.bodies.last?["messages"]?.array ?? []
        #expect(messages.count == 4)
        #expect(messages[2]["role"]?.string == "assistant")
        #expect(messages[3]["content"]?.string?.contains(problem) == true)
        #expect(exchange.usage == TokenUsage(inputTokens: 18, outputTokens: 12))
    }

    @Test func `an answer of nothing but brackets is looked at in bearable time`() async throws {
        let exchange = try await ask([String(repeating: "[", count: 200_000)])
        #expect(exchange.failure == .unusableAnswer)
    }

    @Test func `an answer without end is not read to its end`() async throws {
        let exchange = try await ask([String(repeating: "x", count: 300 << 10)])
        #expect(exchange.failure == .replyTooLarge)
        #expect(exchange.bodies.count == 1)
    }

    @Test func `two wrong answers are an error, and their tokens are counted`() async throws {
        let exchange = try await ask(["{}"])
        #expect(exchange.failure == .unusableAnswer)
        #expect(exchange.bodies.count == 2)
        #expect(exchange.usage == TokenUsage(inputTokens: 18, outputTokens: 12))
    }

    @Test func `a model that was cut off is told to be brief`() async throws {
        let exchange = try await ask([#"{"city": "Łó"#], reason: "length")
        #expect(exchange.failure == .unusableAnswer)
        #expect(exchange.bodies.last?["messages"]?[3]?["content"]?.string?.contains("more briefly") == true)
    }

    @Test func `a failure in the middle is no wrong answer and is not corrected`() async throws {
        let exchange = try await exchange { connection, _ in
            try connection.reply(
                #"{"message":{"content":"{"},"done":false}"# + "\n" + #"{"error":"runner crashed"}"# + "\n",
                contentType: ndjson)
        }
        #expect(exchange.failure == .failedMidStream)
        #expect(exchange.bodies.count == 1)
        #expect(exchange.usage.inputTokens > 0)
    }

    @Test(arguments: [(500, ModelError.Code.serverFailed), (429, .overloaded), (401, .notAuthorised)])
    func `a server that fails is an error`(status: Int, code: ModelError.Code) async throws {
        let exchange = try await exchange { connection, _ in
            try connection.respond(status, body: #"{"error":"no"}"#)
        }
        #expect(exchange.failure == code)
    }

    @Test func `a server that knows no schemas is asked for any JSON, then for text`() async throws {
        let exchange = try await exchange { connection, number in
            if number < 2 {
                try connection.respond(400, fields: ["Connection: close"], body: #"{"error":"format not supported"}"#)
            } else {
                try connection.reply(ollamaAnswer(right.text), contentType: ndjson)
            }
        }
        #expect(exchange.value == right)
        #expect(exchange.bodies.map { $0["format"] } == [schema.json, "json", nil])
    }

    @Test func `a request that is refused in every form gives the first refusal`() async throws {
        let exchange = try await exchange { connection, _ in
            try connection.respond(400, fields: ["Connection: close"], body: #"{"error":"too long"}"#)
        }
        #expect(exchange.failure == .refusedRequest)
        #expect(exchange.bodies.count == 3)
    }
}

@Suite struct `Schemas for OpenAI-compatible servers` {
    private func bodies(refusing refused: Int) async throws -> [JSONValue] {
        let bodies = Lock<[JSONValue]>([])
        let server = try ScriptedServer { connection in
            let body = try JSONValue(parsing: try connection.readRequest().body)
            let count = bodies.withLock { bodies in
                bodies.append(body)
                return bodies.count
            }
            if count <= refused {
                try connection.respond(
                    400, fields: ["Connection: close"], body: #"{"error":{"message":"x","code":400}}"#)
            } else {
                let chunk: JSONValue = ["choices": [["delta": ["content": .string(right.text)]]]]
                try connection.reply("data: \(chunk.text)\n\ndata: [DONE]\n\n", contentType: eventStream)
            }
        }
        try await withClient { (client, logger) async throws in
            let model = OpenAICompatibleModel(baseURL: server.url, key: nil, model: "m", client: client, logger: logger)
            for _ in 0..<2 {
                var usage = TokenUsage.none
                let value = try await model.structured(anyPrompt, schema: schema, name: "place", usage: &usage)
                #expect(value == right)
                // The server told no numbers, so they are estimated.
                #expect(usage.inputTokens > 0)
                #expect(usage.outputTokens > 0)
            }
        }
        return bodies.withLock { $0 }
    }

    @Test func `are sent in the strict form`() async throws {
        let format = try #require(try await bodies(refusing: 0).first?["response_format"])
        #expect(format["type"]?.string == "json_schema")
        #expect(format["json_schema"]?["name"]?.string == "place")
        #expect(format["json_schema"]?["strict"]?.bool == true)
        let sent = try #require(format["json_schema"]?["schema"])
        #expect(sent["additionalProperties"]?.bool == false)
        #expect(sent["required"] == ["city", "count", "kind", "note"])
        #expect(sent["properties"]?["city"] == ["type": "string"])
        #expect(sent["properties"]?["note"] == ["anyOf": [["type": "string"], ["type": "null"]]])
    }

    @Test func `are replaced by JSON mode for a server that refuses them, from then on`() async throws {
        let formats = try await bodies(refusing: 1).map { $0["response_format"]?["type"]?.string }
        #expect(formats == ["json_schema", "json_object", "json_object"])
    }
}
