/// Makes what is given out of what was picked: text, pages, highlights, best sentence.
struct PassageMaker {
    private let documents: [IndexedDocument]
    private let totalRarity: Float
    private let rarities: [[UInt8]: Float]
    private let firstLetters: Set<UInt8>

    init(documents: [IndexedDocument], query: QueryTerms, rarities: [Float]) {
        self.documents = documents
        self.rarities = Dictionary(zip(query.terms.map(\.letters), rarities)) { first, _ in first }
        firstLetters = Set(self.rarities.keys.compactMap(\.first))
        totalRarity = self.rarities.values.reduce(0, +)
    }

    /// A passage before it is known which others there are.
    struct Draft {
        let pick: PassageSelection.Pick
        let range: Range<Int>
        let highlights: [Range<Int>]
        let bestSentence: Int
        let coverage: Float
        let similarity: Float?
        let fingerprint: Fingerprint
    }

    func draft(_ pick: PassageSelection.Pick) -> Draft {
        let document = documents[pick.document]
        let sentences = document.sentences
        let range = Int(sentences[pick.sentences.lowerBound].start)..<Int(sentences[pick.sentences.upperBound - 1].end)
        var highlights: [Range<Int>] = []
        var found: Set<[UInt8]> = []
        var sentenceScores = [Float](repeating: 0, count: pick.sentences.count)
        var scanner = TermScanner(firstLetters: firstLetters)
        for sentence in pick.sentences {
            var here: Set<[UInt8]> = []
            scanner.scan(sentences[sentence].range, of: document.text) { term, place in
                guard rarities[term] != nil else { return }
                here.insert(term)
                Self.add((place.lowerBound - range.lowerBound)..<(place.upperBound - range.lowerBound), to: &highlights)
            }
            sentenceScores[sentence - pick.sentences.lowerBound] = here.reduce(0) { $0 + (rarities[$1] ?? 0) }
            found.formUnion(here)
        }
        return Draft(
            pick: pick, range: range, highlights: highlights,
            bestSentence: bestSentence(of: pick, words: sentenceScores, similarities: pick.similarities),
            coverage: totalRarity > 0 ? found.reduce(0) { $0 + (rarities[$1] ?? 0) } / totalRarity : 0,
            similarity: pick.similarities.max(), fingerprint: Fingerprint(document.text[range]))
    }

    func passage(_ draft: Draft, score: Double) -> ScoredPassage {
        let document = documents[draft.pick.document]
        let best = document.sentences[draft.bestSentence]
        let source = document.sources[Int(best.chunk)]
        let first = document.sources[Int(document.sentences[draft.pick.sentences.lowerBound].chunk)]
        let last = document.sources[Int(document.sentences[draft.pick.sentences.upperBound - 1].chunk)]
        return ScoredPassage(
            documentID: document.id, documentTitle: document.title, chunkID: source.id,
            text: String(decoding: document.text[draft.range], as: UTF8.self),
            characterRange: (draft.range.lowerBound + first.shift)..<(draft.range.upperBound + last.shift),
            pages: PageSpan.spans(of: document.pages, in: draft.range), headingPath: source.headingPath, score: score,
            wordCoverage: Double(draft.coverage), similarity: draft.similarity.map(Double.init),
            nearness: nearness(of: draft),
            highlights: draft.highlights,
            bestSentence: (Int(best.start) - draft.range.lowerBound)..<(Int(best.end) - draft.range.lowerBound))
    }

    private func nearness(of draft: Draft) -> [ScoredPassage.Nearness] {
        let sentences = documents[draft.pick.document].sentences
        var parts: [ScoredPassage.Nearness] = []
        for (sentence, similarity) in zip(draft.pick.sentences, draft.pick.similarities) {
            let similarity = Double(similarity)
            guard parts.last?.similarity != similarity else { continue }
            let start = Int(sentences[sentence].start) - draft.range.lowerBound
            parts.append(ScoredPassage.Nearness(start: start, similarity: similarity))
        }
        return parts
    }

    private func bestSentence(of pick: PassageSelection.Pick, words: [Float], similarities: [Float]) -> Int {
        let mostWords = max(words.max() ?? 0, .leastNormalMagnitude)
        let mostSimilar = max(similarities.max() ?? 0, .leastNormalMagnitude)
        var best = 0
        var bestScore = -Float.infinity
        for index in words.indices {
            let meaning = similarities.isEmpty ? 0 : similarities[index] / mostSimilar
            let score = words[index] / mostWords + meaning
            if score > bestScore {
                best = index
                bestScore = score
            }
        }
        return pick.sentences.lowerBound + best
    }

    /// Adds a place; one that reaches over those before it (`COVID-19` over `COVID`) takes them in.
    private static func add(_ place: Range<Int>, to highlights: inout [Range<Int>]) {
        var place = place
        while let last = highlights.last, last.upperBound > place.lowerBound {
            place = min(last.lowerBound, place.lowerBound)..<max(last.upperBound, place.upperBound)
            highlights.removeLast()
        }
        highlights.append(place)
    }
}
