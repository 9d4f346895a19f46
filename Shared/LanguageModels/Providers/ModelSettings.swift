package import Settings

/// Which language model answers, read from the environment.
package struct ModelSettings: Sendable {
    /// `LLM_PROVIDER`
    package enum Provider: String, Sendable, CaseIterable { case auto, ollama, openai, gemini, extractive }

    package var provider: Provider
    /// Empty when not configured.
    package var ollamaURL: String
    package var ollamaModel: String
    package var openAIBaseURL: String
    package var openAIKey: Secret?
    package var openAIModel: String
    /// Empty without a key, unless an address is given.
    package var geminiBaseURL: String
    package var geminiKey: Secret?
    package var geminiModel: String
    package var contextTokens: Int
    package var answerTokensMax: Int
    /// Until the first byte of an answer: queueing and loading of the model included.
    package var firstByteTimeout: Duration
    /// Between two pieces of an answer.
    package var idleTimeout: Duration

    package init(from reader: inout SettingsReader) {
        provider = reader.choice(
            "LLM_PROVIDER", default: Provider.auto,
            help: "Who answers; auto takes the first that is configured and reachable, else the built-in engine.")
        ollamaURL = reader.baseURL(
            "OLLAMA_URL", help: "An Ollama server, such as http://127.0.0.1:11434; empty for none.")
        ollamaModel = reader.string("OLLAMA_MODEL", default: "llama3.2", help: "The model that Ollama runs.")
        openAIBaseURL = reader.baseURL(
            "OPENAI_BASE_URL",
            help: "An OpenAI-compatible server with its /v1; empty for OpenAI itself if there is a key.")
        openAIKey = reader.secret("OPENAI_API_KEY", help: "Key for the OpenAI-compatible server.")
        openAIModel = reader.string("OPENAI_MODEL", default: "gpt-4o-mini", help: "The model asked there.")
        geminiBaseURL = reader.baseURL(
            "GEMINI_BASE_URL", help: "The Gemini API with its version; empty for Google itself if there is a key.")
        geminiKey = reader.secret("GEMINI_API_KEY", help: "Key for the Gemini API.")
        geminiModel = reader.string(
            "GEMINI_MODEL", default: "gemini-flash-latest", help: "The model asked there; Google renames them often.")
        contextTokens = reader.integer(
            "LLM_CONTEXT_TOKENS", default: 8_192, in: 1_024...2_000_000,
            help: "How many tokens question, material and answer may have together.")
        answerTokensMax = reader.integer(
            "LLM_ANSWER_TOKENS", default: 800, in: 16...32_768, help: "The longest answer, in tokens.")
        firstByteTimeout = reader.duration(
            "LLM_FIRST_TOKEN_TIMEOUT", default: .seconds(120), in: .milliseconds(1_000)...(.seconds(3_600)),
            help: "How long a model may take to begin, loading included.")
        idleTimeout = reader.duration(
            "LLM_IDLE_TIMEOUT", default: .seconds(60), in: .milliseconds(1_000)...(.seconds(3_600)),
            help: "How long a model may pause within an answer.")
        if provider == .ollama, ollamaURL.isEmpty { ollamaURL = "http://127.0.0.1:11434" }
        if openAIBaseURL.isEmpty, openAIKey != nil || provider == .openai {
            openAIBaseURL = "https://api.openai.com/v1"
        }
        if geminiBaseURL.isEmpty, geminiKey != nil || provider == .gemini {
            geminiBaseURL = "https://generativelanguage.googleapis.com/v1beta"
        }
        if answerTokensMax * 2 > contextTokens {
            reader.reject("LLM_ANSWER_TOKENS", allowed: "at most half of LLM_CONTEXT_TOKENS")
        }
    }

    /// Settings without an environment, for tests and tools.
    package init(provider: Provider) {
        self.provider = provider
        ollamaURL = ""
        ollamaModel = "llama3.2"
        openAIBaseURL = ""
        openAIModel = "gpt-4o-mini"
        geminiBaseURL = ""
        geminiModel = "gemini-flash-latest"
        contextTokens = 8_192
        answerTokensMax = 800
        firstByteTimeout = .seconds(120)
        idleTimeout = .seconds(60)
    }
}
