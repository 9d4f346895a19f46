import Crypto

/// An email address in the form that mail servers of today take (RFC 5321 section 4.1.2 without quoted local parts,
/// comments and address literals; letters beyond ASCII as in RFC 6531). Whether somebody reads mail there is not known.
struct EmailAddress: Sendable, Hashable {
    /// Bytes of a whole address and of the part before `@` (RFC 5321 section 4.5.3.1).
    static let bytesMax = 254
    static let localBytesMax = 64

    let text: String
    /// What must be unique: without regard to case.
    let key: String

    /// - Throws: a sentence for the user.
    init(_ text: String) throws(FieldRefusal) {
        guard text.utf8.count <= Self.bytesMax, let at = text.lastIndex(of: "@"),
            Self.isLocalPart(text[..<at]), Self.isDomain(text[text.index(after: at)...])
        else { throw FieldRefusal("must be an email address such as name@example.org") }
        self.text = text
        key = UnicodeForm.caseFolded(text)
    }

    /// From storage, where only what passed the check above is kept.
    init(stored text: String) {
        self.text = text
        key = UnicodeForm.caseFolded(text)
    }

    private static func isLocalPart(_ part: Substring) -> Bool {
        guard (1...localBytesMax).contains(part.utf8.count) else { return false }
        return part.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { atom in
            !atom.isEmpty
                && atom.unicodeScalars.allSatisfy { $0.isASCII ? isAtomCharacter($0) : isVisibleLetter($0) }
        }
    }

    private static func isDomain(_ part: Substring) -> Bool {
        let labels = part.split(separator: ".", omittingEmptySubsequences: false)
        guard labels.count >= 2, let last = labels.last, !last.unicodeScalars.allSatisfy(isDigit) else { return false }
        return labels.allSatisfy { label in
            (1...63).contains(label.utf8.count) && label.first != "-" && label.last != "-"
                && label.unicodeScalars.allSatisfy { scalar in
                    scalar.isASCII ? isLetter(scalar) || isDigit(scalar) || scalar == "-" : isVisibleLetter(scalar)
                }
        }
    }

    /// `atext` of RFC 5322 section 3.2.3.
    private static func isAtomCharacter(_ scalar: Unicode.Scalar) -> Bool {
        isLetter(scalar) || isDigit(scalar) || "!#$%&'*+-/=?^_`{|}~".unicodeScalars.contains(scalar)
    }

    private static func isLetter(_ scalar: Unicode.Scalar) -> Bool {
        ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar)
    }

    private static func isDigit(_ scalar: Unicode.Scalar) -> Bool {
        ("0"..."9").contains(scalar)
    }

    private static func isVisibleLetter(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .nonspacingMark,
            .spacingMark, .decimalNumber:
            !scalar.properties.isDefaultIgnorableCodePoint
        default: false
        }
    }
}
