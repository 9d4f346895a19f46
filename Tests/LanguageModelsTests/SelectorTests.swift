import HTTPClient
import JSONCoding
import LanguageModels
import Metrics
import Platform
import Settings
import TestSupport
import Testing

@Suite struct `The choice of the model` {
    private func settings(_ provider: ModelSettings.Provider, ollama: String = "", openAI: String = "") -> ModelSettings
    {
        var settings = ModelSettings(provider: provider)
        settings.ollamaURL = ollama
        settings.ollamaModel = "m1"
        settings.openAIBaseURL = openAI
        return settings
    }

    private func server(models: String, status: Int = 200) throws -> ScriptedServer {
        try ScriptedServer { connection in
            while true {
                _ = try connection.readRequest()
                try connection.respond(status, body: models)
            }
        }
    }

    private func engine(_ settings: ModelSettings) async throws -> String? {
        try await withClient { client, logger in
            await ModelSelector(settings, client: client, metrics: MetricRegistry(), logger: logger, time: ManualTime())
                .current()?.engine
        }
    }

    @Test func `auto takes Ollama when it has the model`() async throws {
        let good = try server(models: #"{"models":[{"name":"m1:latest"}]}"#)
        let without = try server(models: #"{"models":[{"name":"other"}]}"#)
        let openAI = try server(models: #"{"data":[]}"#)
        #expect(try await engine(settings(.auto, ollama: good.url, openAI: openAI.url)) == "ollama")
        #expect(try await engine(settings(.auto, ollama: without.url, openAI: openAI.url)) == "openai")
        #expect(try await engine(settings(.auto, ollama: without.url)) == nil)
    }

    @Test func `auto falls back to the built-in engine`() async throws {
        let locked = try server(models: "{}", status: 401)
        #expect(try await engine(settings(.auto)) == nil)
        #expect(try await engine(settings(.auto, ollama: "http://127.0.0.1:1", openAI: locked.url)) == nil)
    }

    @Test func `a named provider is taken unseen`() async throws {
        #expect(try await engine(settings(.ollama, ollama: "http://127.0.0.1:1")) == "ollama")
        #expect(try await engine(settings(.openai, openAI: "http://127.0.0.1:1")) == "openai")
        let good = try server(models: #"{"models":[{"name":"m1"}]}"#)
        #expect(try await engine(settings(.extractive, ollama: good.url)) == nil)
    }

    @Test func `auto takes Gemini when nobody else is there and it knows the model`() async throws {
        let gemini = try server(models: #"{"name":"models/m1"}"#)
        let unknown = try server(models: "{}", status: 404)
        var own = settings(.auto, ollama: "http://127.0.0.1:1")
        own.geminiBaseURL = gemini.url
        own.geminiModel = "m1"
        #expect(try await engine(own) == "gemini")
        own.geminiBaseURL = unknown.url
        #expect(try await engine(own) == nil)
        own.provider = .gemini
        #expect(try await engine(own) == "gemini")
    }

    @Test func `a key is enough for Gemini itself`() {
        var reader = SettingsReader(environment: ["GEMINI_API_KEY": "k", "GEMINI_MODEL": "m9"])
        let settings = ModelSettings(from: &reader)
        #expect(settings.geminiBaseURL == "https://generativelanguage.googleapis.com/v1beta")
        #expect(settings.geminiModel == "m9")
        var bare = SettingsReader(environment: [:])
        #expect(ModelSettings(from: &bare).geminiBaseURL.isEmpty)
    }

    @Test func `auto looks again after a while`() async throws {
        let isUp = Lock(false)
        let server = try ScriptedServer { connection in
            while true {
                _ = try connection.readRequest()
                try connection.respond(isUp.withLock { $0 } ? 200 : 503, body: #"{"models":[{"name":"m1"}]}"#)
            }
        }
        let time = ManualTime()
        try await withClient { (client, logger) async throws in
            let selector = ModelSelector(
                settings(.auto, ollama: server.url), client: client, metrics: MetricRegistry(), logger: logger,
                time: time)
            #expect(await selector.current() == nil)
            isUp.withLock { $0 = true }
            #expect(await selector.current() == nil)
            time.advance(by: ModelSelector.findingStandsFor)
            #expect(await selector.current()?.engine == "ollama")
        }
    }
}
