/// The one rule for email addresses, as mail servers of today take them: a dot-atom and a domain name of at least two labels
/// (RFC 5321 section 4.1.2 without quoted local parts, comments and address literals), letters beyond ASCII as in RFC 6531.
/// Neither part holds control characters, so neither can end a line.
enum EmailAddressSyntax {
    /// Bytes of a whole address and of the part before `@` (RFC 5321 section 4.5.3.1).
    private static let bytesMax = 254
    private static let localBytesMax = 64

    static func matches(_ text: String) -> Bool {
        guard text.utf8.count <= bytesMax, let at = text.lastIndex(of: "@") else { return false }
        return isLocalPart(text[..<at]) && isDomain(text[text.index(after: at)...])
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

    private static func isDigit(_ scalar: Unicode.Scalar) -> Bool { ("0"..."9").contains(scalar) }

    private static func isVisibleLetter(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .nonspacingMark,
            .spacingMark, .decimalNumber:
            !scalar.properties.isDefaultIgnorableCodePoint
        default: false
        }
    }
}
