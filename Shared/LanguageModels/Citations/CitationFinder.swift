/// Finds for each passage that a model cites the sentence that its statement rests on.
package enum CitationFinder {
    /// One citation for each of `numbers`: the sentence of that passage that has most in common with what the answer says
    /// before the marker `[n]`. Every quote is a sentence of its passage.
    package static func citations(
        numbers: [Int], in answer: String, passages: [SourcePassage]
    ) -> [Citation] {
        numbers.compactMap { number in
            guard passages.indices.contains(number - 1) else { return nil }
            let passage = passages[number - 1]
            guard let sentence = bestSentence(for: statements(before: "[\(number)]", in: answer), in: passage) else {
                return nil
            }
            return Citation(number: number, passage: passage, sentence: sentence)
        }
    }

    /// The sentence of the passage that shares most words with the text, the rarer ones counting more.
    package static func bestSentence(for text: String, in passage: SourcePassage) -> PassageSentence? {
        let sentences = PassageSentence.all(in: passage)
        let language = TextLanguage.guess(WordList(passage.text).words)
        func stems(_ text: String) -> Set<String> {
            Set(
                WordList(text).words.map(\.text).filter { !language.functionWords.contains($0) }
                    .map { Stemmer.stem($0, isEnglish: language.isEnglish) })
        }
        let wanted = stems(text)
        let sets = sentences.map { stems($0.text) }
        func score(_ own: Set<String>) -> Double {
            let shared = own.intersection(wanted)
            let weight = shared.reduce(0.0) { sum, stem in sum + 1 / Double(sets.count { $0.contains(stem) }) }
            // Long sentences share words by chance.
            return weight / (8 + Double(own.count)).squareRoot()
        }
        let best = sentences.indices.max { score(sets[$0]) < score(sets[$1]) }
        return best.map { sentences[$0] }
    }

    /// What the answer says right before each of the markers, back to the end of the sentence before.
    private static func statements(before marker: String, in answer: String) -> String {
        var found: [Substring] = []
        var rest = answer[...]
        while let range = rest.firstRange(of: marker) {
            let before = answer[..<range.lowerBound]
            let trimmed = before.reversed().drop {
                $0 == "." || $0.isWhitespace || $0 == "]" || $0.isNumber || $0 == "["
            }
            let start = trimmed.firstIndex { ".!?\n".contains($0) }
            found.append(before[(start?.base ?? before.startIndex)...])
            rest = rest[range.upperBound...]
        }
        return found.isEmpty ? answer : found.joined(separator: " ")
    }
}
