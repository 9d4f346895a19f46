import JSONCoding

/// An email address with the name that is shown for it: a mailbox of RFC 5322 section 3.4 as mail servers of today take it.
///
/// What an address is, `TextFormat.email` says. Neither part holds control characters, so neither can end a line.
package struct MailAddress: Sendable, Hashable {
    /// Bytes of a whole address (RFC 5321 section 4.5.3.1), for messages about one that is longer.
    package static let bytesMax = 254
    /// Characters of a name that are kept.
    package static let nameLengthMax = 200

    /// Nil when no name is to be shown.
    package let name: String?
    package let address: String

    /// - Parameter name: Line breaks and control characters in it become spaces; what is longer is cut.
    /// - Throws: `MailError` when the address is none.
    package init(name: String? = nil, _ address: String) throws(MailError) {
        guard TextFormat.email.matches(address) else {
            throw MailError(.invalidAddress, "An address must look like name@example.org.")
        }
        self.address = address
        let shown = name.map { HeaderText.oneLine(String(HeaderText.oneLine($0).prefix(Self.nameLengthMax))) } ?? ""
        self.name = shown.isEmpty ? nil : shown
    }

    /// The part after `@`.
    package var domain: String { String(address.drop { $0 != "@" }.dropFirst()) }

    /// Whether servers without SMTPUTF8 (RFC 6531) cannot take it.
    package var isInternational: Bool { !address.utf8.allSatisfy { $0 < 0x80 } }
}
