import Crypto
import JSONCoding

/// An email address of the form that `TextFormat.email` asks for. Whether somebody reads mail there is not known.
struct EmailAddress: Sendable, Hashable {
    let text: String
    /// What must be unique: without regard to case.
    let key: String

    /// - Throws: a sentence for the user.
    init(_ text: String) throws(FieldRefusal) {
        guard TextFormat.email.matches(text) else {
            throw FieldRefusal("must be an email address such as name@example.org")
        }
        self.text = text
        key = UnicodeForm.caseFolded(text)
    }

    /// From storage, where only what passed the check above is kept.
    init(stored text: String) {
        self.text = text
        key = UnicodeForm.caseFolded(text)
    }
}
