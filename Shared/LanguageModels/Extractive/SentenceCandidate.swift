/// A sentence of a passage with what the scoring needs to know of it.
struct SentenceCandidate: Sendable {
    let sentence: PassageSentence
    let passageIndex: Int
    /// Its place among the sentences of its passage.
    let position: Int
    let words: [WordList.Word]
    /// The stem of each word that carries meaning, in order.
    let stems: [String]
    let stemSet: Set<String>

    init(
        _ sentence: PassageSentence, passageIndex: Int, position: Int, language: TextLanguage
    ) {
        self.sentence = sentence
        self.passageIndex = passageIndex
        self.position = position
        words = WordList(sentence.text).words
        stems = words.filter { !language.functionWords.contains($0.text) }
            .map { Stemmer.stem($0.text, isEnglish: language.isEnglish) }
        stemSet = Set(stems)
    }

    /// Between 0 and 1: how much this looks like a sentence that says something, rather than a heading, a reference, a
    /// line of a table or a question.
    var readability: Double {
        let text = sentence.text
        var quality = 1.0
        if words.count < 4 { quality *= 0.55 } else if words.count < 6 { quality *= 0.85 }
        if words.count > 70 { quality *= 0.75 }
        // A few words that nothing closes: a heading, or a row of a table.
        if words.count < 7, let last = text.last, !".!?:;)]”\"'…。！？".contains(last) { quality *= 0.75 }
        if text.hasSuffix("?") { quality *= 0.35 }
        let scalars = text.unicodeScalars
        let letters = scalars.count { $0.properties.isAlphabetic || $0 == " " }
        if letters * 10 < scalars.count * 7 { quality *= 0.6 }
        if text.contains("http://") || text.contains("https://") || text.contains("doi.org") || text.contains("DOI:") {
            quality *= 0.5
        }
        return quality
    }

    /// Begins with a word that points back, so that the sentence before it belongs to it.
    var pointsBack: Bool {
        guard let first = words.first else { return false }
        return Self.backPointers.contains(first.text)
    }

    /// Says the same as another one.
    func repeats(_ other: SentenceCandidate) -> Bool {
        guard !stemSet.isEmpty, !other.stemSet.isEmpty else { return sentence.text == other.sentence.text }
        let common = stemSet.intersection(other.stemSet).count
        return Double(common) >= 0.7 * Double(min(stemSet.count, other.stemSet.count))
    }

    private static let backPointers: Set<String> = [
        "this", "these", "those", "it", "they", "he", "she", "such", "its", "their", "therefore", "thus", "hence",
        "dies",
        "diese", "dieser", "dieses", "er", "sie", "es", "dadurch", "cela", "ce", "cette", "elle", "ils", "esto", "este",
        "esta", "estos", "questo", "questa",
    ]
}
