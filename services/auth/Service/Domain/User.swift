import Platform
import Tokens

/// An account, as storage keeps it and routes show it. The password's hash stays in storage.
struct User: Sendable, Hashable {
    let id: Identifier
    var username: Username
    var email: EmailAddress
    var role: Role
    let createdAt: Timestamp
    var lastLogin: Timestamp?
    /// Set when an administrator shut the account: nobody can sign in with it.
    var disabledAt: Timestamp?

    /// Words that make a password weak because they are the user's own: `text` and the words it is made of.
    static func ownWords(of text: String) -> [String] {
        [text] + text.split { !$0.isLetter && !$0.isNumber }.map(String.init).filter { $0.count > 2 }
    }
}
