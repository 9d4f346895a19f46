import JSONCoding

/// What a model server says about a failure, read leniently: `{"error": "text"}` (Ollama), `{"error": {"message", "code"}}`
/// (OpenAI; the code may be text, a number or null), flat `{"object": "error", "message", "code"}` (older vLLM), or with
/// `status` and `details` (Google), also in a list of one.
struct ModelErrorBody: Sendable, Hashable {
    let message: String?
    let code: String?
    /// How long the server asks to be left alone (`google.rpc.RetryInfo`).
    let retryDelay: Duration?
    /// Google's words for causes that the status does not tell, such as `API_KEY_INVALID`.
    private let reasons: [String]
    /// A limit per day was met: waiting for a while is no use.
    private let isDailyLimit: Bool

    init(_ bytes: [UInt8]) { self.init((try? JSONValue(parsing: bytes)) ?? .null) }

    init(_ json: JSONValue) {
        let json = json[0] ?? json
        let error = json["error"] ?? json
        let details = error["details"]?.array ?? []
        reasons = details.compactMap { $0["reason"]?.string }
        retryDelay = details.lazy.compactMap { $0["retryDelay"]?.string }.compactMap(Self.duration).first
        isDailyLimit = details.contains { detail in
            (detail["violations"]?.array ?? []).contains { $0["quotaId"]?.string?.contains("PerDay") == true }
        }
        message = error.string ?? error["message"]?.string ?? json["message"]?.string
        let word = error["code"] ?? error["type"]
        code = word?.string ?? word?.integer.map { String($0) } ?? error["type"]?.string
    }

    /// Whether a JSON object in a stream reports a failure.
    static func isError(_ json: JSONValue) -> Bool {
        if let error = json["error"], !error.isNull { return true }
        return json["object"]?.string == "error"
    }

    /// The error for a response that is no success.
    func error(status: Int) -> ModelError {
        func make(_ code: ModelError.Code, _ text: String) -> ModelError {
            ModelError(code, text, serverText: message)
        }
        switch status {
        case 400 where reasons.contains("API_KEY_INVALID"):
            return make(.notAuthorised, "The language model's server does not accept our key.")
        case 401, 403: return make(.notAuthorised, "The language model's server does not accept our key.")
        case 404: return make(.unknownModel, "The language model's server does not know the model.")
        case 429 where code == "insufficient_quota" || isDailyLimit:
            return make(.quotaExhausted, "The account of the language model has no budget left.")
        case 408, 429, 503: return make(.overloaded, "The language model is busy.")
        case 500...599: return make(.serverFailed, "The language model's server failed.")
        case 400...499: return make(.refusedRequest, "The language model's server refuses the question.")
        default: return make(.malformedReply, "The language model's server answered unexpectedly.")
        }
    }

    /// A duration as Google writes it: seconds with `s`, such as `37s` or `1.5s`.
    private static func duration(_ text: String) -> Duration? {
        guard text.hasSuffix("s"), let seconds = Double(text.dropLast()), (0...31_536_000).contains(seconds) else {
            return nil
        }
        return .milliseconds(Int64(seconds * 1_000))
    }

    /// The error for a failure that is reported within a stream.
    var midStreamError: ModelError {
        ModelError(.failedMidStream, "The language model failed in the middle of its answer.", serverText: message)
    }
}
