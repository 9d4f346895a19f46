/// The address of a link as it goes into the file.
enum LinkAddress {
    private static let schemes = ["http", "https", "mailto", "tel"]
    static let lengthMax = 2_000

    /// Percent-encoded where RFC 3986 wants it; nil for schemes that a document should not open, and for what is too long.
    static func web(_ text: String) -> String? {
        guard let colon = text.firstIndex(of: ":"), schemes.contains(text[..<colon].lowercased()),
            text.index(after: colon) != text.endIndex
        else { return nil }
        var result = ""
        for byte in text.utf8 {
            switch byte {
            // Quotes and backslashes would end the value among cairo's attributes.
            case 0x21, 0x23...0x26, 0x28...0x3B, 0x3D, 0x3F...0x5B, 0x5D, 0x5F, 0x61...0x7A, 0x7E:
                result.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                let digits = String(byte, radix: 16, uppercase: true)
                result += digits.count == 1 ? "%0\(digits)" : "%\(digits)"
            }
        }
        return result.utf8.count <= lengthMax ? result : nil
    }
}
