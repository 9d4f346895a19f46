/// A message that cannot be built. The text holds nothing of what was put in, so it may be logged and shown.
package struct MailError: Error, Sendable, Hashable, CustomStringConvertible {
    package struct Code: Sendable, Hashable, CustomStringConvertible {
        package let description: String

        package static let invalidAddress = Code(description: "invalid_address")
        package static let invalidField = Code(description: "invalid_field")
        package static let tooLarge = Code(description: "too_large")
        package static let noRecipient = Code(description: "no_recipient")
    }

    package let code: Code
    /// One safe sentence for people.
    package let message: String
    package let file: String
    package let line: UInt

    init(_ code: Code, _ message: String, file: String = #fileID, line: UInt = #line) {
        self.code = code
        self.message = message
        self.file = file
        self.line = line
    }

    package var description: String { "\(code): \(message)" }
}
