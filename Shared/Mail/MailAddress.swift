/// An email address with the name that is shown for it: a mailbox of RFC 5322 section 3.4 as mail servers of today take it.
///
/// The address is a dot-atom and a domain name (RFC 5321 section 4.1.2 without quoted local parts, comments and address
/// literals), letters beyond ASCII as in RFC 6531. Neither part holds control characters, so neither can end a line.
package struct MailAddress: Sendable, Hashable {
    /// Bytes of a whole address and of the part before `@` (RFC 5321 section 4.5.3.1).
    package static let bytesMax = 254
    package static let localBytesMax = 64
    /// Characters of a name that are kept.
    package static let nameLengthMax = 200

    /// Nil when no name is to be shown.
    package let name: String?
    package let address: String

    /// - Parameter name: Line breaks and control characters in it become spaces; what is longer is cut.
    /// - Throws: `MailError` when the address is none.
    package init(name: String? = nil, _ address: String) throws(MailError) {
        guard address.utf8.count <= Self.bytesMax, let at = address.lastIndex(of: "@"),
            Self.isLocalPart(address[..<at]), Self.isDomain(address[address.index(after: at)...])
        else { throw MailError(.invalidAddress, "An address must look like name@example.org.") }
        self.address = address
        let shown = name.map { HeaderText.oneLine(String(HeaderText.oneLine($0).prefix(Self.nameLengthMax))) } ?? ""
        self.name = shown.isEmpty ? nil : shown
    }

    /// The part after `@`.
    package var domain: String { String(address.drop { $0 != "@" }.dropFirst()) }

    /// Whether servers without SMTPUTF8 (RFC 6531) cannot take it.
    package var isInternational: Bool { !address.utf8.allSatisfy { $0 < 0x80 } }

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
