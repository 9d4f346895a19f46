/// What user text must go through before it stands in a header field.
enum HeaderText {
    /// The text without what could end a line or turn the direction of what follows: such runs become one space, and the
    /// ends are trimmed.
    static func oneLine(_ text: String) -> String {
        text.unicodeScalars.split { isUnfit($0) || $0 == " " }.map(String.init).joined(separator: " ")
    }

    /// Control characters, line and paragraph separators, and the marks that reorder text (Unicode UAX 9).
    private static func isUnfit(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<0x20, 0x7F...0x9F, 0x2028, 0x2029, 0x202A...0x202E, 0x2066...0x2069: true
        default: false
        }
    }

    static func isASCII(_ text: some StringProtocol) -> Bool { text.utf8.allSatisfy { $0 < 0x80 } }
}
