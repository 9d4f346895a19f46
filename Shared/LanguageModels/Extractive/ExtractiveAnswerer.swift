/// Answers a question with sentences of the material itself; needs no model.
///
/// A sentence is scored by how much of the question it covers (rare words count more), by what stands around and above
/// it, by signs of the kind of answer that is asked for, by how near it is to the question in meaning, and by the place of
/// its passage in the search. The best one to four are given in the order of the document, each with its citation. When the
/// material covers too little of the question, or has no sentence with the kind of thing that is asked for, the answer
/// says so instead of guessing.
///
/// A value without state; takes a few milliseconds for five passages.
package struct ExtractiveAnswerer: Sendable {
    /// Calibrated on questions about one half of a set of scientific articles, asked of their own and of foreign articles,
    /// and checked on the other half (`make bench-answers`).
    package struct Options: Sendable, Hashable {
        /// At most this many sentences in an answer.
        package var sentencesMax = 4
        /// Below this share of the question covered, the material does not hold the answer.
        package var coverageMin = 0.42
        /// How much nearness in meaning above or below the usual makes up for coverage, or takes of it.
        package var nearnessWeight = 0.8
        /// How near to a question that the material hardly answers its best sentence is.
        package var nearnessUsual = 0.475
        /// As near as this, a sentence answers whatever its words are. Of foreign articles one sentence in 200 is.
        package var nearnessEnough = 0.6
        /// A further sentence must score this share of the best one.
        package var furtherShare = 0.65

        package init() {}
    }

    /// Longer material is not looked at: far more than any search returns.
    static let sentencesExamined = 2_000

    private let options: Options

    package init(options: Options = Options()) { self.options = options }

    /// The best answer that the passages hold.
    /// - Parameters:
    ///   - earlier: the question before this one in the conversation, used when this one leans on it.
    ///   - passages: in the order of the search, best first.
    package func answer(
        question: String, earlier: String? = nil, passages: [SourcePassage]
    ) -> ExtractiveAnswer {
        guard let scoring = SentenceScoring(question: question, earlier: earlier, passages: passages) else {
            return .notFound
        }
        let scored = scoring.scores(passages)
        guard let best = scored.max(by: { $0.score < $1.score }), isAnswer(best) else { return .notFound }
        let chosen = choose(from: scored, best: best, scoring)
        return present(chosen, passages: passages, confidence: max(best.coverage, best.nearness ?? 0))
    }

    private func isAnswer(_ best: ScoredSentence) -> Bool {
        guard let nearness = best.nearness else { return best.coverage >= options.coverageMin }
        let more = options.nearnessWeight * (nearness - options.nearnessUsual)
        return nearness >= options.nearnessEnough || best.coverage + more >= options.coverageMin
    }

    private func choose(
        from scored: [ScoredSentence], best: ScoredSentence, _ scoring: SentenceScoring
    ) -> [SentenceCandidate] {
        var chosen: [SentenceCandidate] = []
        let ranked = scored.sorted { $0.score > $1.score }
        for next in ranked {
            guard chosen.count < scoring.sentencesWanted(atMost: options.sentencesMax) else { break }
            guard next.score >= best.score * options.furtherShare else { break }
            let candidate = scoring.candidates[next.index]
            guard !chosen.contains(where: { candidate.repeats($0) }) else { continue }
            chosen.append(candidate)
        }
        // A sentence that points back is not understood without the one before it.
        if let first = chosen.first, first.pointsBack, chosen.count < options.sentencesMax,
            let before = scoring.sentence(before: first), before.words.count > 2,
            !chosen.contains(where: { $0.sentence == before.sentence })
        {
            chosen.append(before)
        }
        // One that announces a list is nothing without its first item.
        if let first = chosen.first, first.sentence.text.hasSuffix(":"), chosen.count < options.sentencesMax,
            let after = scoring.sentence(after: first), after.words.count > 2,
            !chosen.contains(where: { $0.sentence == after.sentence })
        {
            chosen.append(after)
        }
        return chosen
    }

    /// Document order: lectures in the order of the search, then by page and place.
    private func present(
        _ chosen: [SentenceCandidate], passages: [SourcePassage], confidence: Double
    ) -> ExtractiveAnswer {
        var lectureOrder: [String: Int] = [:]
        for passage in passages where lectureOrder[passage.lectureID] == nil {
            lectureOrder[passage.lectureID] = lectureOrder.count
        }
        func key(_ candidate: SentenceCandidate) -> (Int, Int, Int, Int) {
            let passage = passages[candidate.passageIndex]
            return (
                lectureOrder[passage.lectureID] ?? 0, passage.page(at: candidate.sentence.offset),
                candidate.passageIndex, candidate.sentence.offset
            )
        }
        let ordered = chosen.sorted { key($0) < key($1) }
        let sentences = ordered.enumerated().map { index, candidate in
            ExtractiveAnswer.Sentence(
                text: candidate.sentence.text,
                citation: Citation(
                    number: index + 1, passage: passages[candidate.passageIndex], sentence: candidate.sentence))
        }
        return ExtractiveAnswer(sentences: sentences, confidence: confidence)
    }
}
