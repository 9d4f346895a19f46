import JSONCoding

/// What a model server says about a failure, read leniently: `{"error": "text"}` (Ollama), `{"error": {"message", "code"}}`
/// (OpenAI; the code may be text, a number or null), or flat `{"object": "error", "message", "code"}` (older vLLM).
struct ModelErrorBody: Sendable, Hashable {
    let message: String?
    let code: String?

    init(_ bytes: [UInt8]) { self.init((try? JSONValue(parsing: bytes)) ?? .null) }

    init(_ json: JSONValue) {
        let error = json["error"] ?? json
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
        case 401, 403: return make(.notAuthorised, "The language model's server does not accept our key.")
        case 404: return make(.unknownModel, "The language model's server does not know the model.")
        case 429 where code == "insufficient_quota":
            return make(.quotaExhausted, "The account of the language model has no budget left.")
        case 408, 429, 503: return make(.overloaded, "The language model is busy.")
        case 500...599: return make(.serverFailed, "The language model's server failed.")
        case 400...499: return make(.refusedRequest, "The language model's server refuses the question.")
        default: return make(.malformedReply, "The language model's server answered unexpectedly.")
        }
    }

    /// The error for a failure that is reported within a stream.
    var midStreamError: ModelError {
        ModelError(.failedMidStream, "The language model failed in the middle of its answer.", serverText: message)
    }
}
