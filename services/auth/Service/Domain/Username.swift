import Crypto

/// The name a user signs in with and is seen under. Two names that differ only in case or Unicode form are the same.
struct Username: Sendable, Hashable {
    static let lengths = 2...64

    /// As the user wrote it, in Unicode form KC.
    let text: String
    /// What must be unique.
    let key: String

    /// Letters, marks and numbers of any script, `. _ -` and single spaces inside. No `@`, so a name is never an email
    /// address, and nothing invisible, so no name can pass for another.
    ///
    /// - Throws: a sentence for the user.
    init(_ text: String) throws(FieldRefusal) {
        let text = UnicodeForm.compatibilityComposed(text)
        guard Self.lengths.contains(text.unicodeScalars.count) else {
            throw FieldRefusal("must have \(Self.lengths.lowerBound) to \(Self.lengths.upperBound) characters")
        }
        guard text.unicodeScalars.allSatisfy(Self.isAllowed), text.first != " ", text.last != " ",
            !Self.hasDoubleSpace(text)
        else {
            throw FieldRefusal("may only have letters, numbers, '.', '_', '-' and single spaces between them")
        }
        self.text = text
        key = UnicodeForm.caseFolded(text)
    }

    /// From storage, where only what passed the check above is kept.
    init(stored text: String) {
        self.text = text
        key = UnicodeForm.caseFolded(text)
    }

    private static func isAllowed(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .nonspacingMark,
            .spacingMark, .decimalNumber, .letterNumber, .otherNumber:
            !scalar.properties.isDefaultIgnorableCodePoint
        default: scalar == "." || scalar == "_" || scalar == "-" || scalar == " "
        }
    }

    private static func hasDoubleSpace(_ text: String) -> Bool {
        zip(text.utf8, text.utf8.dropFirst()).contains { $0 == UInt8(ascii: " ") && $1 == UInt8(ascii: " ") }
    }
}

/// Why one field is not accepted, as a sentence that goes on from the field's name.
struct FieldRefusal: Error {
    let message: String

    init(_ message: String) {
        self.message = message
    }
}
