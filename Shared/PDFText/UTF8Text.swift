/// Text under construction: takes code points as PDF fonts name them and keeps readable UTF-8.
///
/// Ligatures are spelled out, odd spaces become spaces, invisible marks and private-use code points are left out.
struct UTF8Text {
    private(set) var bytes: [UInt8] = []
    /// Code points that mean nothing: private use, replacement, controls.
    private(set) var meaninglessCount = 0

    init(reserving capacity: Int = 0) {
        bytes.reserveCapacity(capacity)
    }

    mutating func appendByte(_ byte: UInt8) {
        bytes.append(byte)
    }

    /// Drops what was appended after that many bytes.
    mutating func truncate(to count: Int) {
        bytes.removeLast(bytes.count - count)
    }

    /// Whether the code points are a word of ordinary letters, apart from control codes and arrows that may stand for
    /// ligatures, and from punctuation at its end. In formulas the same codes stand for other things.
    static func isProse(_ characters: some Collection<UInt32>) -> Bool {
        var letters = 0
        for character in characters {
            switch character {
            case 0x61...0x7A: letters += 1
            case 0x41...0x5A, 0x21, 0x2C...0x2E, 0x3A, 0x3B, 0x3F, 0xF70B...0xF70F, 0xF71B...0xF71F, 0x21B5, 0xAD,
                0x2019:
                break
            case 0xC0...0x24F, 0xFB00...0xFB06: letters += 1
            default: return false
            }
        }
        return letters >= 2
    }

    mutating func append(_ character: UInt32, inProse isProse: Bool = false) {
        switch character {
        case 0x21...0x7E: bytes.append(UInt8(character))
        case 0x20, 0xA0, 0x2000...0x200A, 0x202F, 0x205F, 0x3000: bytes.append(0x20)
        // A soft hyphen that made it into a font's text is one that is printed.
        case 0xAD: bytes.append(0x2D)
        case 0xFB00...0xFB06: bytes.append(contentsOf: Self.ligatures[Int(character - 0xFB00)].utf8)
        // TeX's old text fonts keep their ligatures among the control codes, and producers pass them on unmapped
        // (LECTERN_PDF_CONTROL_CODES).
        case 0xF70B...0xF70F where isProse: bytes.append(contentsOf: Self.texLigatures[Int(character - 0xF70B)].utf8)
        case 0xF71B...0xF71F where isProse: bytes.append(contentsOf: Self.texLigatures[Int(character - 0xF71B)].utf8)
        // The same ligature "ff" after a trip through the symbol font.
        case 0x21B5 where isProse: bytes.append(contentsOf: "ff".utf8)
        // Bullets of the Symbol and Wingdings fonts in the private area.
        case 0xF0A7, 0xF0B7, 0xF0D8, 0xF0FC: bytes.append(contentsOf: "\u{2022}".utf8)
        case 0x200B...0x200F, 0x202A...0x202E, 0x2060...0x206F, 0xFEFF: break
        case 0...0x1F, 0x7F...0x9F, 0xE000...0xF8FF, 0xFFF0...0xFFFF, 0xF0000...: meaninglessCount += 1
        default: appendScalar(character)
        }
    }

    private mutating func appendScalar(_ character: UInt32) {
        guard let scalar = Unicode.Scalar(character) else {
            meaninglessCount += 1
            return
        }
        for byte in scalar.utf8 { bytes.append(byte) }
    }

    private static let ligatures = ["ff", "fi", "fl", "ffi", "ffl", "st", "st"]
    private static let texLigatures = ["ff", "fi", "fl", "ffi", "ffl"]
}
