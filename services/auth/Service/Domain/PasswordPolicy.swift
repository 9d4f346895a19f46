import Crypto

/// Which passwords may be chosen. Passwords that are only checked pass no policy: whatever is in the database stays good.
struct PasswordPolicy: Sendable {
    /// In characters (Unicode scalars after form KC, NIST SP 800-63B section 5.1.1.2).
    static let lengths = 8...128
    /// The least zxcvbn score, of 0 to 4.
    static let scoreMin = 2

    let hasher: PasswordHasher

    /// Checks a password that somebody wants.
    ///
    /// - Throws: `FieldRefusal` with a sentence for the user, or what `PasswordHasher.strength` throws.
    func check(_ password: String, username: Username?, email: EmailAddress?) async throws {
        let normalised = UnicodeForm.compatibilityComposed(password)
        guard Self.lengths.contains(normalised.unicodeScalars.count) else {
            throw FieldRefusal(
                "must have \(Self.lengths.lowerBound) to \(Self.lengths.upperBound) characters")
        }
        let key = UnicodeForm.caseFolded(password)
        let localPart = email.map { String($0.key.prefix { $0 != "@" }) }
        guard key != username?.key, key != email?.key, key != localPart else {
            throw FieldRefusal("must not be your own name or email address")
        }
        var ownWords: [String] = []
        if let username { ownWords += User.ownWords(of: username.text) }
        if let email { ownWords += User.ownWords(of: email.text) }
        guard try await hasher.strength(of: normalised, ownWords: ownWords) >= Self.scoreMin else {
            throw FieldRefusal("is too easy to guess; a longer one of several unrelated words is better")
        }
    }
}
