/// What went wrong in an object store. Without keys and paths.
package struct ObjectStoreError: Error, Sendable, CustomStringConvertible {
    package struct Code: Sendable, Hashable, CustomStringConvertible {
        package let description: String

        package static let invalidKey = Code(description: "invalid_key")
        /// The range begins behind the end of the object.
        package static let invalidRange = Code(description: "invalid_range")
        /// No object of this name.
        package static let notFound = Code(description: "not_found")
        /// The disk or quota is full.
        package static let full = Code(description: "full")
        package static let readOnly = Code(description: "read_only")
        /// Reading or writing failed.
        package static let io = Code(description: "io")
        /// The server refuses who we are or what we ask.
        package static let denied = Code(description: "denied")
        /// The store cannot be reached, or its bucket does not exist.
        package static let unavailable = Code(description: "unavailable")
        /// A writer used after it was finished or abandoned.
        package static let misuse = Code(description: "misuse")
    }

    package let code: Code
    package let message: String
    package let underlying: (any Error)?
    package let file: String
    package let line: Int

    package init(
        _ code: Code, _ message: String, underlying: (any Error)? = nil, file: String = #fileID, line: Int = #line
    ) {
        self.code = code
        self.message = message
        self.underlying = underlying
        self.file = file
        self.line = line
    }

    package var description: String {
        underlying.map { "\(code): \(message) (\($0))" } ?? "\(code): \(message)"
    }
}
