import Retrieval

/// Decides how much of the material fits beside the question into a model's context.
package struct ContextBudget: Sendable, Hashable {
    /// Tokens that prompt and answer may have together.
    package let contextTokens: Int
    /// Tokens kept free for the answer.
    package let answerTokens: Int

    package init(contextTokens: Int, answerTokens: Int) {
        self.contextTokens = contextTokens
        self.answerTokens = answerTokens
    }

    /// Estimated tokens of a text. Models cut text differently; a tenth is added so that the estimate errs on the safe side.
    package static func tokens(of text: String) -> Int { TokenEstimate.count(text) * 11 / 10 + 4 }

    /// How many of `texts`, in their order, fit beside `fixed` tokens of other content.
    package func fittingCount(of texts: [String], beside fixed: Int) -> Int {
        var left = contextTokens - answerTokens - fixed
        var count = 0
        for text in texts {
            left -= Self.tokens(of: text)
            guard left >= 0 else { break }
            count += 1
        }
        return count
    }
}
