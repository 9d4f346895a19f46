import Glibc
import Retrieval

/// A sentence with its score.
struct ScoredSentence: Sendable {
    /// The place among the candidates.
    let index: Int
    let score: Double
    /// The share of the question that the sentence and what is around it cover, 0 to 1.
    let coverage: Double
    /// How near to the question the search found the place of the sentence, if it knows.
    let nearness: Double?
}

/// The arithmetic behind an extractive answer: every sentence of the passages against one question.
struct SentenceScoring: Sendable {
    private struct Place: Hashable {
        let passage: Int
        let position: Int
    }

    let question: Question
    let candidates: [SentenceCandidate]
    private let places: [Place: Int]
    /// Per term: how much it says, by how few sentences have it.
    private let weights: [Double]
    /// Per candidate and term: how well it is present, 0 to 1.
    private let matches: [[Double]]
    /// Per passage and term, the same for its heading and for all of it.
    private let headingMatches: [[Double]]
    private let passageMatches: [[Double]]

    /// `nil` when the question has no word to look for, or there is nothing to look in.
    init?(question text: String, earlier: String?, passages: [SourcePassage]) {
        let material = passages.prefix(8).flatMap { WordList($0.text).words }
        let question = Question(text, earlier: earlier, material: material)
        guard !question.terms.isEmpty, !passages.isEmpty else { return nil }
        let language = question.language
        var candidates: [SentenceCandidate] = []
        var seen: Set<String> = []
        for (passageIndex, passage) in passages.enumerated() {
            for (position, sentence) in PassageSentence.all(in: passage).enumerated() {
                guard candidates.count < ExtractiveAnswerer.sentencesExamined else { break }
                // Passages may overlap; the better one keeps the sentence.
                guard seen.insert(passage.lectureID + "\n" + sentence.text).inserted else { continue }
                candidates.append(
                    SentenceCandidate(sentence, passageIndex: passageIndex, position: position, language: language))
            }
        }
        guard !candidates.isEmpty else { return nil }
        self.question = question
        self.candidates = candidates
        places = Dictionary(
            uniqueKeysWithValues: candidates.enumerated().map { index, candidate in
                (Place(passage: candidate.passageIndex, position: candidate.position), index)
            })
        var matcher = TermMatcher(question.terms.map(\.stem))
        let matches = candidates.map { matcher.matches(in: $0.stemSet) }
        self.matches = matches
        headingMatches = passages.map { passage in
            matcher.matches(
                in: Set(
                    WordList(passage.heading + " " + passage.lectureName).words.map {
                        Stemmer.stem($0.text, isEnglish: language.isEnglish)
                    }))
        }
        var passageMatches = [[Double]](
            repeating: [Double](repeating: 0, count: question.terms.count), count: passages.count)
        for (candidate, own) in zip(candidates, matches) {
            for term in own.indices {
                passageMatches[candidate.passageIndex][term] = max(
                    passageMatches[candidate.passageIndex][term], own[term])
            }
        }
        self.passageMatches = passageMatches
        weights = question.terms.enumerated().map { index, term in
            let count = Double(matches.count { $0[index] > 0 })
            return term.weight * Self.rarity(count, of: Double(candidates.count))
        }
    }

    /// As in BM25, and a term that occurs nowhere counts as the rarest. Never below three tenths of that: what the passages were
    /// found by is frequent in them and must not count for nothing.
    private static func rarity(_ count: Double, of total: Double) -> Double {
        max(0.3 * log2(2 * total + 2), log2((total - count + 0.5) / (count + 0.5) + 1))
    }

    /// The score of every candidate that can be an answer: where the question demands a name, a date or a number, of those
    /// that have one.
    func scores(_ passages: [SourcePassage]) -> [ScoredSentence] {
        let total = weights.reduce(0, +)
        return candidates.indices.compactMap { index in
            let candidate = candidates[index]
            let own = zip(weights, matches[index]).reduce(0) { $0 + $1.0 * $1.1 } / total
            let around = surroundings(of: index).enumerated().reduce(0) { $0 + weights[$1.offset] * $1.element } / total
            let nearness = passages[candidate.passageIndex].similarity(at: candidate.sentence.offset)
            var score = 0.62 * own + 0.2 * around
            score += 0.1 * pairShare(candidate)
            let cue = AnswerCues.strength(of: candidate, for: question)
            guard !question.demandsCue || isAnswerOfKind(index, cue: cue) else { return nil }
            score += 0.14 * cue * min(1, own * 2)
            score += 0.06 / Double(1 + candidate.passageIndex)
            score += 0.35 * max(0, nearness ?? 0)
            return ScoredSentence(
                index: index, score: score * candidate.readability,
                coverage: max(own, around) * (cue == 0 && question.kind.isNarrow ? Self.missingCue : 1),
                nearness: nearness)
        }
    }

    /// Whether a sentence holds the kind of thing that the question demands. A lone capital letter is a weak sign of a
    /// person: then what the person did must be there, too ("discovered" of "Who discovered …?").
    private func isAnswerOfKind(_ index: Int, cue: Double) -> Bool {
        guard question.kind == .person, cue < 1 else { return cue > 0 }
        let before = place(candidates[index].passageIndex, candidates[index].position - 1).map { matches[$0][0] }
        return cue > 0 && max(matches[index][0], before ?? 0) > 0
    }

    /// A sentence without any name does not say who, one without any number not how many.
    private static let missingCue = 0.8

    /// Per term: its presence in the sentence or, with a discount, before, after, above and elsewhere in the passage.
    private func surroundings(of index: Int) -> [Double] {
        let candidate = candidates[index]
        let before = place(candidate.passageIndex, candidate.position - 1).map { matches[$0] }
        let after = place(candidate.passageIndex, candidate.position + 1).map { matches[$0] }
        return weights.indices.map { term in
            max(
                matches[index][term], 0.8 * (before?[term] ?? 0), 0.5 * (after?[term] ?? 0),
                0.8 * headingMatches[candidate.passageIndex][term], 0.6 * passageMatches[candidate.passageIndex][term])
        }
    }

    /// Share of the neighbouring pairs of question words that stand together here as well.
    private func pairShare(_ candidate: SentenceCandidate) -> Double {
        var pairs = 0
        var found = 0
        for (first, second) in zip(question.terms, question.terms.dropFirst()) where second.followsPrevious {
            pairs += 1
            if zip(candidate.stems, candidate.stems.dropFirst()).contains(where: {
                $0 == first.stem && $1 == second.stem
            }) {
                found += 1
            }
        }
        return pairs == 0 ? 0 : Double(found) / Double(pairs)
    }

    /// Questions for one thing get a short answer.
    func sentencesWanted(atMost most: Int) -> Int {
        switch question.kind {
        case .person, .time, .quantity, .place: min(2, most)
        case .definition: min(2, most)
        case .reason, .other: min(3, most)
        case .manner, .list: most
        }
    }

    func sentence(before candidate: SentenceCandidate) -> SentenceCandidate? {
        neighbour(of: candidate, at: candidate.position - 1)
    }

    func sentence(after candidate: SentenceCandidate) -> SentenceCandidate? {
        neighbour(of: candidate, at: candidate.position + 1)
    }

    private func neighbour(of candidate: SentenceCandidate, at position: Int) -> SentenceCandidate? {
        place(candidate.passageIndex, position).map { candidates[$0] }
    }

    private func place(_ passage: Int, _ position: Int) -> Int? { places[Place(passage: passage, position: position)] }
}

/// How well each term of a question is present among stems; what was compared once is remembered.
private struct TermMatcher {
    private let terms: [String]
    /// Per stem: the terms it matches and how well.
    private var known: [String: [(term: Int, strength: Double)]] = [:]

    init(_ terms: [String]) { self.terms = terms }

    mutating func matches(in stems: Set<String>) -> [Double] {
        var best = [Double](repeating: 0, count: terms.count)
        for stem in stems {
            for (term, strength) in strengths(of: stem) { best[term] = max(best[term], strength) }
        }
        return best
    }

    private mutating func strengths(of stem: String) -> [(term: Int, strength: Double)] {
        if let known = known[stem] { return known }
        let found = terms.indices.compactMap { term -> (term: Int, strength: Double)? in
            if terms[term] == stem { return (term, 1) }
            return Stemmer.isRelated(terms[term], stem) ? (term, 0.75) : nil
        }
        known[stem] = found
        return found
    }
}
