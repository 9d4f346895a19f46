import HTTPClient
import LanguageModels
import Metrics
import Platform
import TestSupport
import Testing

@Suite struct `What is counted of calls to models` {
    private static let answer =
        #"{"message":{"content":"pong"},"done":true,"done_reason":"stop","prompt_eval_count":7,"eval_count":3}"# + "\n"

    private func lines(_ registry: MetricRegistry) -> [Substring] {
        String(decoding: registry.exposition(), as: UTF8.self).split(separator: "\n")
    }

    @Test func `every call counts once, with its end, its time and its tokens`() async throws {
        let server = try ScriptedServer { connection in
            _ = try connection.readRequest()
            switch connection.number {
            case 1, 2: try connection.reply(Self.answer, contentType: "application/x-ndjson")
            case 3: try connection.respond(500, body: "{}")
            case 4: try connection.reply(#"{"message":{"content":"po"}}"# + "\n", contentType: "application/x-ndjson")
            default: try connection.respond(404, body: #"{"error":"model not found"}"#)
            }
        }
        var options = ModelClientOptions()
        options.retry = .none
        options.breaker = CircuitBreaker(failuresMax: 2, pause: .seconds(30))
        let registry = MetricRegistry()
        try await withClient { (client, logger) async throws in
            let model = OllamaModel(
                baseURL: server.url, model: "m1", options: options, client: client, metrics: registry, logger: logger,
                time: ManualTime())
            #expect(try await outcome(of: model).text == "pong")
            // Nobody reads this one.
            _ = try await model.stream(anyPrompt)
            for failure in [ModelError.Code.serverFailed, .cutOff, .circuitOpen] {
                #expect(try await outcome(of: model).failure == failure)
            }
        }
        let lines = lines(registry)
        for line in [
            #"model_calls_total{engine="ollama",outcome="ok"} 1"#,
            #"model_calls_total{engine="ollama",outcome="cancelled"} 1"#,
            #"model_calls_total{engine="ollama",outcome="model_server_failed"} 1"#,
            #"model_calls_total{engine="ollama",outcome="model_reply_cut_off"} 1"#,
            #"model_calls_total{engine="ollama",outcome="model_circuit_open"} 1"#,
            #"model_calls_open{engine="ollama"} 0"#, #"model_call_seconds_count{engine="ollama"} 4"#,
            #"model_tokens_total{engine="ollama",kind="prompt"} 7"#,
            #"model_tokens_total{engine="ollama",kind="answer"} 3"#,
        ] {
            #expect(lines.contains(Substring(line)), "\(line)")
        }
    }
}
