/// How many tokens calls of a model have cost. What a server does not tell is estimated.
package struct TokenUsage: Sendable, Hashable {
    package var inputTokens: Int
    package var outputTokens: Int

    package static let none = TokenUsage(inputTokens: 0, outputTokens: 0)

    package init(inputTokens: Int, outputTokens: Int) {
        self.inputTokens = inputTokens
        self.outputTokens = outputTokens
    }

    package static func += (left: inout TokenUsage, right: TokenUsage) {
        left.inputTokens += right.inputTokens
        left.outputTokens += right.outputTokens
    }
}
