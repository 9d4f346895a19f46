import Contracts

/// Finds what a model says was said. A quote that stands nowhere is not a quote.
struct QuoteFinder: Sendable {
    struct Found: Sendable, Hashable {
        /// The conversation's own words, white space made uniform.
        let quote: String
        /// From 0.
        let turn: Int
    }

    /// Shorter ones would stand anywhere.
    static let lengthMin = 6

    private let turns: [ConversationTurn]

    init(_ turns: [ConversationTurn]) { self.turns = turns }

    /// The quote in the turn with this number (from 1), else in one of the turns of `range` (numbers from 1), nearest first.
    ///
    /// Kinds of quotation marks, dashes and capital letters may differ; models change them. Nothing else may.
    func find(_ quote: String, turn number: Int, within range: ClosedRange<Int>) -> Found? {
        let wanted = Self.folded(Self.trimmed(quote))
        guard wanted.count >= Self.lengthMin else { return nil }
        let near = min(max(number, range.lowerBound), range.upperBound)
        for distance in 0...(range.upperBound - range.lowerBound) {
            for candidate in distance == 0 ? [near] : [near - distance, near + distance] {
                guard range.contains(candidate), turns.indices.contains(candidate - 1) else { continue }
                if let words = Self.words(wanted, in: turns[candidate - 1].text) {
                    return Found(quote: words, turn: candidate - 1)
                }
            }
        }
        return nil
    }

    /// The stretch of the text that reads like `wanted`, at word boundaries.
    private static func words(_ wanted: [Character], in text: String) -> String? {
        let own = Array(normalised(text))
        let comparable = folded(own)
        guard wanted.count <= comparable.count else { return nil }
        for start in 0...(comparable.count - wanted.count) {
            guard comparable[start] == wanted[0], comparable[start..<(start + wanted.count)].elementsEqual(wanted)
            else {
                continue
            }
            let end = start + wanted.count
            // Otherwise "art" would be a quote of "start".
            if start > 0, isLetter(comparable[start - 1]), isLetter(wanted[0]) { continue }
            if end < comparable.count, isLetter(comparable[end]), isLetter(wanted[wanted.count - 1]) { continue }
            return String(own[start..<end])
        }
        return nil
    }

    private static func isLetter(_ character: Character) -> Bool {
        // Scripts without blanks have no word boundaries to keep.
        (character.isLetter || character.isNumber) && (character.unicodeScalars.first?.value ?? 0) < 0x0E00
    }

    private static func trimmed(_ quote: String) -> [Character] {
        var rest = Array(normalised(quote))[...]
        let marks: Set<Character> = ["\"", "“", "”", "„", "«", "»", "'", "‘", "’", "…", " "]
        rest = rest.drop { marks.contains($0) }
        while let last = rest.last, marks.contains(last) { rest = rest.dropLast() }
        return Array(rest)
    }

    private static func normalised(_ text: String) -> String {
        text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }

    /// One character for each, so that places stay the same.
    private static func folded(_ characters: [Character]) -> [Character] {
        characters.map { character in
            switch character {
            case "“", "”", "„", "«", "»": return "\""
            case "‘", "’", "ʼ": return "'"
            case "–", "—", "‑", "−": return "-"
            default:
                let small = character.lowercased()
                return small.count == 1 ? Character(small) : character
            }
        }
    }
}
