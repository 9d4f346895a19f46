/// How much a text looks like language, without knowing which.
///
/// Only words of the Latin alphabet with four letters or more are judged; numbers, formulas, short words, capitals and
/// other scripts neither help nor harm. Words without a vowel, with long runs of consonants, with symbols among their
/// letters or with capitals in their midst are what wrong font tables and poor recognition leave behind.
struct TextPlausibility: Sendable {
    private(set) var judgedCount = 0
    private(set) var plausibleCount = 0
    /// Letters and digits of any script.
    private(set) var letterCount = 0
    /// Arrows, signs of mathematics, boxes and the like (U+2100 to U+2BFF).
    private(set) var symbolCount = 0

    /// The share of plausible words, 0 to 1; 1 where there are too few to tell.
    var share: Double {
        judgedCount < 8 ? 1 : Double(plausibleCount) / Double(judgedCount)
    }

    /// Looks at one word, UTF-8.
    mutating func add(_ word: some Collection<UInt8>) {
        var letters = 0
        var others = 0
        var vowels = 0
        var consonantRun = 0
        var longestRun = 0
        var risesToCapital = 0
        var strangers = 0
        var capitals = 0
        var pendingStrangers = 0
        var lastWasLower = false
        var lastByte: UInt8 = 0
        for byte in word {
            defer { lastByte = byte }
            switch byte {
            case 0x41...0x5A, 0x61...0x7A:
                letters += 1
                strangers += pendingStrangers
                pendingStrangers = 0
                let isCapital = byte < 0x61
                if isCapital { capitals += 1 }
                if isCapital, lastWasLower { risesToCapital += 1 }
                lastWasLower = !isCapital
                if Self.isVowel(byte | 0x20) {
                    vowels += 1
                    consonantRun = 0
                } else {
                    consonantRun += 1
                    longestRun = max(longestRun, consonantRun)
                }
            case 0x84...0xAF where lastByte == 0xE2:
                others -= 1
                symbolCount += 1
                if letters > 0 { pendingStrangers += 1 }
            case 0x80...:
                // Accented letters and other scripts: their first byte counts as a letter, and as a vowel.
                if byte >= 0xC0 { others += 1 }
                if byte == 0xC3 || byte == 0xC4 || byte == 0xC5 {
                    vowels += 1
                    consonantRun = 0
                }
            case 0x30...0x39:
                others += 1
                lastWasLower = false
            case 0x27, 0x2D, 0x2E, 0x2F, 0x5F, 0x40, 0x3A, 0x2C, 0x26, 0x28, 0x29:
                // What stands inside words, file names and addresses.
                consonantRun = 0
                lastWasLower = false
            default:
                if letters > 0 { pendingStrangers += 1 }
                lastWasLower = false
            }
        }
        letterCount += letters + others
        guard letters >= 4, others == 0 || vowels > 0, !(capitals == letters && letters <= 6) else { return }
        judgedCount += 1
        if vowels > 0, longestRun < 6, risesToCapital < 2, strangers == 0 { plausibleCount += 1 }
    }

    private static func isVowel(_ letter: UInt8) -> Bool {
        switch letter {
        case 0x61, 0x65, 0x69, 0x6F, 0x75, 0x79: true
        default: false
        }
    }
}
