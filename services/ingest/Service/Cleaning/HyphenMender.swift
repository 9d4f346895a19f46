/// Mends words that were cut at the end of a line.
struct HyphenMender: Sendable {
    let words: WordList

    /// First parts that keep their hyphen unless the document itself writes the word in one.
    private static let hyphenated: Set<String> = [
        "all", "co", "cross", "ex", "half", "high", "low", "non", "quasi", "self", "semi", "well",
    ]

    /// The two lines with the cut word mended at the end of the first, or nil when no word is cut.
    ///
    /// The word's second half moves up, so that line breaks elsewhere stay as they are.
    func mended(_ line: String, with next: String) -> (first: String, rest: String)? {
        guard let mark = line.unicodeScalars.last, mark == "-" || mark == "\u{2010}" || mark == GlyphRepair.softHyphen
        else { return nil }
        let body = line.unicodeScalars.dropLast()
        let before = Substring(body).reversed().prefix { $0.isLetter || $0 == "-" }.reversed()
        let head = String(before)
        guard head.contains(where: \.isLetter), let start = next.first, start.isLowercase else { return nil }
        let tailEnd = next.firstIndex { !$0.isLetter && $0 != "-" } ?? next.endIndex
        // Punctuation that follows belongs to the word: it moves up with it.
        let end = next[tailEnd...].firstIndex { $0 == " " } ?? next.endIndex
        let tail = next[..<tailEnd]
        let keepsHyphen = mark != GlyphRepair.softHyphen && isCompound(head, tail)
        let first = String(body) + (keepsHyphen ? "-" : "") + next[..<end]
        return (first, String(next[end...].drop { $0 == " " }))
    }

    private func isCompound(_ head: String, _ tail: Substring) -> Bool {
        let isKnownInOne = words.contains(head + tail)
        if isKnownInOne { return false }
        if words.contains(head + "-" + tail) { return true }
        return head.contains("-") || Self.hyphenated.contains(head.lowercased())
    }
}
