/// Why a text is not JSON, and where.
package struct JSONError: Error, Sendable, Hashable, CustomStringConvertible {
    package enum Reason: String, Sendable {
        case unexpectedEnd = "the text ends too early"
        case unexpectedCharacter = "unexpected character"
        case trailingText = "something follows the value"
        case invalidUTF8 = "not UTF-8"
        case invalidEscape = "invalid escape"
        case controlCharacter = "control character in a string"
        case loneSurrogate = "half of a surrogate pair"
        case invalidNumber = "invalid number"
        case numberTooLarge = "number out of range"
        case duplicateName = "a name occurs twice in an object"
        case tooDeep = "nested too deeply"
        case tooManyMembers = "too many members in an object"
    }

    package let reason: Reason
    /// Bytes before the place.
    package let offset: Int

    package var description: String { "\(reason.rawValue) at byte \(offset)" }
}
