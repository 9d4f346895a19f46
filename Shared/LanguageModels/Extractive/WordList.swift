/// The words of a text, in small letters, with where they stand.
///
/// A word is a run of letters and digits, with hyphens, apostrophes and points inside it kept out: `HIV-1` gives `hiv`
/// and `1`. Scripts without blanks between words (Chinese, Japanese, Thai) give every pair of neighbouring scalars, which is the
/// customary way to search them without a dictionary.
struct WordList {
    struct Word: Hashable {
        let text: String
        let isCapitalised: Bool
        /// Begins with a capital and goes on in small letters, as names do and abbreviations do not.
        let isName: Bool
        let isNumber: Bool
        /// True for the first word of the text.
        let isFirst: Bool
    }

    let words: [Word]

    init(_ text: String) {
        var words: [Word] = []
        var run = String.UnicodeScalarView()
        var ideographs: [Unicode.Scalar] = []

        func endRun() {
            guard let first = run.first else { return }
            let text = String(run)
            words.append(
                Word(
                    text: text.lowercased(), isCapitalised: first.properties.isUppercase,
                    isName: first.properties.isUppercase && run.dropFirst().contains { $0.properties.isLowercase },
                    isNumber: run.allSatisfy { $0.properties.numericType != nil }, isFirst: words.isEmpty))
            run = String.UnicodeScalarView()
        }
        func endIdeographs() {
            if ideographs.count == 1 {
                run.append(ideographs[0])
            } else {
                for index in ideographs.indices.dropLast() {
                    run.append(ideographs[index])
                    run.append(ideographs[index + 1])
                    endRun()
                }
            }
            endRun()
            ideographs = []
        }
        for scalar in text.unicodeScalars {
            if Self.isUnspaced(scalar) {
                endRun()
                ideographs.append(scalar)
            } else {
                if !ideographs.isEmpty { endIdeographs() }
                if Self.isWordScalar(scalar) { run.append(scalar) } else { endRun() }
            }
        }
        if ideographs.isEmpty { endRun() } else { endIdeographs() }
        self.words = words
    }

    private static func isWordScalar(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.isASCII {
            return switch scalar {
            case "a"..."z", "A"..."Z", "0"..."9": true
            default: false
            }
        }
        guard !(0x3040...0x309F).contains(scalar.value) else { return false }
        let properties = scalar.properties
        return properties.isAlphabetic || properties.numericType != nil
            || properties.generalCategory == .nonspacingMark || properties.generalCategory == .spacingMark
    }

    /// Scripts that are written without blanks between words. Hiragana, which mostly spells endings and particles, separates.
    private static func isUnspaced(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x0E00...0x0E7F, 0x30A0...0x30FF, 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xF900...0xFAFF, 0x20000...0x2FA1F:
            true
        default: false
        }
    }
}
