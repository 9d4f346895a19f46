package import JSONCoding
import Retrieval

extension LanguageModel {
    /// Asks for an answer of a given shape.
    ///
    /// The server is told the schema as far as it understands schemas, and the model in words. What comes back is found in
    /// whatever stands around it and checked. If it is not right, the model is shown what is wrong and asked once more; a second
    /// wrong answer is an error. Whether another engine answers then is the caller's decision.
    /// - Parameters:
    ///   - usage: grows by what was used, also when the answer is of no use.
    ///   - name: a word for the shape, at most 64 letters, digits, `_` and `-`.
    /// - Returns: a value that fits the schema.
    /// - Throws: `ModelError`, with code `unusableAnswer` when the model does not manage the shape.
    package func structured(
        _ prompt: ModelPrompt, schema: JSONSchema, name: String = "answer", usage: inout TokenUsage
    ) async throws -> JSONValue {
        var prompt = prompt
        let response = ResponseSchema(schema, name: name)
        prompt.schema = response
        prompt.system += "\n\n" + StructuredAnswer.instruction(response)
        let first = try await StructuredAnswer(of: self, to: prompt, usage: &usage)
        switch first.judged(by: schema) {
        case .right(let value): return value
        case .wrong(let problems):
            prompt.messages += [
                ModelMessage(.assistant, first.shortened), ModelMessage(.user, StructuredAnswer.correction(problems)),
            ]
            // The same words again would be no use; a model without any chance repeats itself.
            prompt.options.temperature = max(prompt.options.temperature, 0.1)
            let second = try await StructuredAnswer(of: self, to: prompt, usage: &usage)
            if case .right(let value) = second.judged(by: schema) { return value }
            throw ModelError(.unusableAnswer, "The language model's answer does not have the shape that was asked for.")
        }
    }
}
