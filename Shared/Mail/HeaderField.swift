/// Writes header fields: `Name: value`, folded so that lines have at most 78 characters where the text has places to fold,
/// and never more than 998 bytes (RFC 5322 section 2.1.1).
///
/// A value is given as pieces that may be parted by a line break and a space; pieces hold no control characters.
enum HeaderField {
    static let lineLengthMax = 78

    /// A field of pieces parted by spaces.
    static func write(_ name: StaticString, _ pieces: [String], to bytes: inout [UInt8]) {
        var length = name.utf8CodeUnitCount + 1
        bytes += Array("\(name):".utf8)
        for (index, piece) in pieces.enumerated() {
            let size = piece.utf8.count + 1
            // The first piece stays on the line of the name if it can: a first line of white space alone confuses some.
            if length + size > lineLengthMax, index > 0 || length + size > 998 {
                bytes += [0x0D, 0x0A]
                length = 0
            }
            bytes.append(0x20)
            bytes += Array(piece.utf8)
            length += size
        }
        bytes += [0x0D, 0x0A]
    }

    /// The pieces of free text (RFC 5322 section 3.2.5), in encoded words where it needs them.
    ///
    /// - Parameter text: Of one line, see `HeaderText.oneLine`.
    /// - Parameter used: How much of the first line is taken by the name.
    static func unstructured(_ text: String, used: Int) -> [String] {
        let words = text.split(separator: " ").map(String.init)
        let isPlain = HeaderText.isASCII(text) && !text.contains("=?") && words.allSatisfy { $0.utf8.count <= 76 }
        return isPlain ? words : EncodedWord.encode(text, used: used)
    }

    /// The pieces of a mailbox (RFC 5322 section 3.4): the name in whatever form it needs, then the address.
    static func mailbox(_ address: MailAddress, used: Int) -> [String] {
        guard let name = address.name else { return [address.address] }
        let mailbox = "<\(address.address)>"
        if !HeaderText.isASCII(name) || name.contains("=?") || name.utf8.count > 60 {
            return EncodedWord.encode(name, used: used) + [mailbox]
        }
        if name.utf8.allSatisfy({ isAtomByte($0) || $0 == 0x20 }) {
            return name.split(separator: " ").map(String.init) + [mailbox]
        }
        let quoted = name.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
        return ["\"\(quoted)\"", mailbox]
    }

    /// The pieces of a list of mailboxes.
    static func mailboxes(_ addresses: [MailAddress], used: Int) -> [String] {
        var pieces: [String] = []
        for (index, address) in addresses.enumerated() {
            var own = mailbox(address, used: index == 0 ? used : 1)
            if index < addresses.count - 1 { own[own.count - 1] += "," }
            pieces += own
        }
        return pieces
    }

    /// `atext` of RFC 5322 section 3.2.3.
    private static func isAtomByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: "!#$%&'*+-/=?^_`{|}~".utf8.contains(byte)
        }
    }
}
