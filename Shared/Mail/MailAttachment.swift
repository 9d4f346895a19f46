/// A file that goes with a message.
package struct MailAttachment: Sendable, Hashable {
    package static let nameLengthMax = 200

    /// Without path separators and control characters.
    package let name: String
    /// Such as `application/pdf`, in lowercase.
    package let contentType: String
    package let bytes: [UInt8]

    /// - Parameter contentType: A type and subtype without parameters; no message and no multipart, which would have to
    ///   follow rules of their own.
    /// - Throws: `MailError` when name or type cannot be used.
    package init(name: String, contentType: String, bytes: [UInt8]) throws(MailError) {
        let line = HeaderText.oneLine(name)
        let clean = String(line.map { "/\\".contains($0) ? "_" : $0 })
        guard !clean.isEmpty, clean != ".", clean != "..", clean.count <= Self.nameLengthMax else {
            throw MailError(.invalidField, "The name of an attachment must have 1 to \(Self.nameLengthMax) characters.")
        }
        let type = contentType.lowercased()
        let parts = type.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, type.utf8.count <= 127, parts.allSatisfy(Self.isToken),
            parts[0] != "multipart", parts[0] != "message"
        else { throw MailError(.invalidField, "The type of an attachment must look like application/pdf.") }
        self.name = clean
        self.contentType = type
        self.bytes = bytes
    }

    /// RFC 6838 section 4.2.
    private static func isToken(_ part: Substring) -> Bool {
        !part.isEmpty
            && part.utf8.allSatisfy { byte in
                (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte) || "!#$&-^_.+".utf8.contains(byte)
            }
    }

    /// The file name as parameters of `Content-Disposition`: quoted when it is short ASCII, else in UTF-8 and percent
    /// signs, in numbered parts when it is long (RFC 2231 sections 3 and 4).
    var nameParameters: [String] {
        if HeaderText.isASCII(name), name.utf8.count <= 60, !name.contains("=?") {
            let quoted = name.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
            return ["filename=\"\(quoted)\""]
        }
        var parts: [String] = [""]
        for scalar in name.unicodeScalars {
            // Whole characters: some readers decode each part by itself.
            let text = Self.percentEncoded(scalar)
            if parts[parts.count - 1].utf8.count + text.utf8.count > 48 { parts.append("") }
            parts[parts.count - 1] += text
        }
        if parts.count == 1 { return ["filename*=UTF-8''\(parts[0])"] }
        return parts.enumerated().map { "filename*\($0.offset)*=\($0.offset == 0 ? "UTF-8''" : "")\($0.element)" }
    }

    private static func percentEncoded(_ scalar: Unicode.Scalar) -> String {
        var text = ""
        for byte in UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"):
                text.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                text += "%"
                text.unicodeScalars.append(Unicode.Scalar(QuotedPrintable.upperHex(byte >> 4)))
                text.unicodeScalars.append(Unicode.Scalar(QuotedPrintable.upperHex(byte & 15)))
            }
        }
        return text
    }
}
