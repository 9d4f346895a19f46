/// Puts right what typesetting leaves in the text of a line: ligatures, odd spaces, invisible marks and the many forms of
/// bullets. Takes no word away.
enum GlyphRepair {
    /// The bullet that all bullets become.
    static let bullet: Unicode.Scalar = "•"
    static let softHyphen: Unicode.Scalar = "\u{AD}"

    /// The line with its characters put right, without white space at its ends and with single spaces inside.
    ///
    /// A soft hyphen at the very end stays: it tells that the word goes on in the next line.
    static func repaired(_ line: some StringProtocol) -> String {
        if isClean(line) { return String(line) }
        var scalars = String.UnicodeScalarView()
        var isSpacePending = false
        func append(_ scalar: Unicode.Scalar) {
            if isSpacePending, !scalars.isEmpty { scalars.append(" ") }
            isSpacePending = false
            scalars.append(scalar)
        }
        var isHyphenPending = false
        for scalar in line.unicodeScalars {
            if isSpace(scalar) {
                isSpacePending = true
            } else if scalar == softHyphen {
                isHyphenPending = true
                continue
            } else if let letters = ligatures[scalar] {
                for letter in letters.unicodeScalars { append(letter) }
            } else if !isInvisible(scalar) {
                append(scalar)
            }
            isHyphenPending = false
        }
        if isHyphenPending { scalars.append(softHyphen) }
        return withBullet(scalars)
    }

    /// Whether nothing is to be done, as for most lines: printable ASCII with single spaces.
    private static func isClean(_ line: some StringProtocol) -> Bool {
        var previous = UInt8(ascii: " ")
        for byte in line.utf8 {
            guard byte >= 0x20, byte < 0x7F else { return false }
            if byte == UInt8(ascii: " "), previous == byte { return false }
            if byte == UInt8(ascii: "*"), previous == UInt8(ascii: " ") { return false }
            previous = byte
        }
        return previous != UInt8(ascii: " ")
    }

    private static func withBullet(_ scalars: String.UnicodeScalarView) -> String {
        guard let first = scalars.first else { return "" }
        let second = scalars.dropFirst().first
        let isBullet = bullets.contains(first) || (0xF000...0xF0FF).contains(first.value)
        // A star is a bullet only before a space: `*p` and `* footnote` differ in meaning, and only one is a list.
        guard isBullet || first == "*" && second == " " else { return String(scalars) }
        var line = String.UnicodeScalarView([bullet])
        let rest = scalars.dropFirst().drop { $0 == " " }
        if !rest.isEmpty { line.append(" ") }
        line.append(contentsOf: rest)
        return String(line)
    }

    private static func isSpace(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0...0x20, 0x7F...0xA0, 0x1680, 0x2000...0x200A, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000: true
        default: false
        }
    }

    /// Marks without a shape. Joiners (U+200C, U+200D) stay: in several scripts they change the word.
    private static func isInvisible(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x200B, 0x200E, 0x200F, 0x2060, 0xFEFF, 0xFFFE, 0xFFFF: true
        default: false
        }
    }

    private static let ligatures: [Unicode.Scalar: String] = [
        "\u{FB00}": "ff", "\u{FB01}": "fi", "\u{FB02}": "fl", "\u{FB03}": "ffi", "\u{FB04}": "ffl", "\u{FB05}": "st",
        "\u{FB06}": "st", "\u{0132}": "IJ", "\u{0133}": "ij",
    ]

    private static let bullets: Set<Unicode.Scalar> = [
        "•", "●", "▪", "▫", "◦", "‣", "∙", "·", "■", "□", "►", "▶", "▸", "➢", "➤", "❖", "◆", "◇", "♦", "⁃", "○", "✓",
        "✔",
    ]
}
