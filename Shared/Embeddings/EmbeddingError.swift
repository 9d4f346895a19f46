/// Why a text could not be embedded.
package struct EmbeddingError: Error, Sendable, CustomStringConvertible {
    /// What went wrong, for code to decide on.
    package enum Code: Sendable, Hashable {
        /// A file of the model is not there or cannot be read.
        case modelMissing
        /// A file of the model is not what it should be.
        case modelMalformed
        /// The matrix library could not be loaded.
        case libraryUnavailable
        /// The embedder was shut down.
        case closed
    }

    package let code: Code

    /// What went wrong, for a log; contains no text that was to be embedded.
    package let description: String

    package init(_ code: Code, _ description: String) {
        self.code = code
        self.description = description
    }
}
