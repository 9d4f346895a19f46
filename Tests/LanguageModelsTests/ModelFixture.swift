import HTTPClient
import JSONCoding
import LanguageModels
import Logs
import Metrics
import Platform
import Settings
import TestSupport

/// A prompt of no importance.
let anyPrompt = ModelPrompt(system: "Be brief.", messages: [ModelMessage(.user, "ping")])

/// Lends a client of the kind that models use.
func withClient<Value>(_ body: (HTTPClient, Logger) async throws -> Value) async throws -> Value {
    let logger = Logger(name: "test", sink: MemoryLogSink(), level: .debug)
    let client = HTTPClient(HTTPClientOptions(), logger: logger, metrics: MetricRegistry())
    do {
        let value = try await body(client, logger)
        await client.shutdown()
        return value
    } catch {
        await client.shutdown()
        throw error
    }
}

/// What came of asking a model.
struct Outcome: Sendable {
    var text = ""
    var finish: ModelFinish?
    var failure: ModelError.Code?
}

/// Reads an answer to its end, good or bad.
func outcome(of model: any LanguageModel, _ prompt: ModelPrompt = anyPrompt) async throws -> Outcome {
    var outcome = Outcome()
    do {
        for try await event in try await model.stream(prompt) {
            switch event {
            case .text(let piece): outcome.text += piece
            case .finished(let finish): outcome.finish = finish
            }
        }
    } catch let error as ModelError {
        outcome.failure = error.code
    }
    return outcome
}

extension ScriptedConnection {
    /// A reply that ends with the connection.
    func reply(_ body: String, contentType: String) throws {
        try send("HTTP/1.1 200 OK\r\nContent-Type: \(contentType)\r\nConnection: close\r\n\r\n" + body)
    }

    /// A chunked reply, whole.
    func chunkedReply(_ pieces: [[UInt8]], contentType: String) throws {
        try send("HTTP/1.1 200 OK\r\nContent-Type: \(contentType)\r\nTransfer-Encoding: chunked\r\n\r\n")
        for piece in pieces where !piece.isEmpty {
            try send(Array((String(piece.count, radix: 16) + "\r\n").utf8) + piece + [13, 10])
        }
        try send("0\r\n\r\n")
    }
}

let ndjson = "application/x-ndjson"
let eventStream = "text/event-stream"

/// A whole reply of Ollama.
let ollamaReply = """
    {"model":"m1","created_at":"2026-01-15T08:30:00.123456789Z","message":{"role":"assistant","content":"pö"},"done":false}
    {"model":"m1","created_at":"2026-01-15T08:30:01+02:00","message":{"role":"assistant","content":"ng","thinking":"hm"},"done":false}
    {"model":"m1","created_at":"2026-01-15T08:30:01Z","message":{"role":"assistant","content":""},"done":true,"done_reason":"stop","total_duration":900000000,"prompt_eval_count":9,"eval_count":6}

    """

/// A whole reply of an OpenAI-compatible server, with a ping, padding, a role chunk and a usage chunk without choices.
let openAIReply = """
    : ping

    data: {"id":"c1","object":"chat.completion.chunk","model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}],"usage":null,"obfuscation":"xyz"}

    data: {"id":"c1","object":"chat.completion.chunk","model":"m","choices":[{"index":0,"delta":{"content":"pö"},"finish_reason":null}],"usage":null}

    : ping

    data: {"id":"c1","choices":[{"index":0,"delta":{"content":"ng"},"finish_reason":"stop"}],"usage":null,"timings":{"x":1}}

    data: {"id":"c1","choices":[],"usage":{"prompt_tokens":3,"completion_tokens":2,"total_tokens":5}}

    data: [DONE]


    """
