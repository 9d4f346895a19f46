/// Why a document could not be set.
package struct TypesettingError: Error, Sendable, CustomStringConvertible {
    /// What went wrong, for code to decide on.
    package enum Code: Sendable, Hashable {
        /// pango or cairo could not be loaded.
        case libraryUnavailable
        /// The fonts of the theme are not installed.
        case fontsMissing
        /// A limit of ``DocumentLimits`` was passed.
        case tooLarge
        /// The page has no room for text.
        case pageUnusable
        /// A picture is neither PNG nor JPEG, or damaged.
        case pictureUnreadable
        /// The task was cancelled.
        case cancelled
        /// Memory ran out, or cairo failed.
        case failed
    }

    package let code: Code
    /// What went wrong, for a log; contains no text of the document.
    package let description: String

    package init(_ code: Code, _ description: String) {
        self.code = code
        self.description = description
    }
}
