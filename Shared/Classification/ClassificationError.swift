/// Why a text could not be classified. The description contains no text that was to be classified.
package struct ClassificationError: Error, Sendable, CustomStringConvertible {
    /// What went wrong, for code to decide on.
    package enum Code: Sendable, Hashable {
        /// The examples cannot be learned from.
        case badExamples
        /// The equations have no solution; happens only with parameters that make no sense.
        case notSolvable
    }

    package let code: Code
    package let description: String

    package init(_ code: Code, _ description: String) {
        self.code = code
        self.description = description
    }
}
