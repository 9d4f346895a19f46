/// Picks sentences that count and do not repeat each other (maximal marginal relevance: Carbonell and Goldstein, "The use
/// of MMR, diversity-based reranking for reordering documents and producing summaries", SIGIR 1998).
struct SummarySelection {
    /// How much being new counts beside being important.
    static let novelty: Float = 0.45
    /// A sentence nearer than this to one that was picked says the same.
    static let sameness: Float = 0.7
    /// The text is looked at in as many slices as sentences are wanted, and of each slice only so many of the best: that keeps
    /// the time in bounds without forgetting a part of the text.
    static let candidatesPerSlice = 30

    /// - Parameters:
    ///   - first: a sentence that is picked in any case, before the others.
    ///   - scores: 0 leaves a sentence out.
    ///   - closeness: 0 to 1: how much two sentences count as being at the same place of the text.
    /// - Returns: the places of at most `count` sentences, in order of the text.
    static func pick(
        _ count: Int, beginningWith first: Int? = nil, by scores: [Float], from graph: SentenceGraph,
        closeness: (Int, Int) -> Float = { _, _ in 0 }
    ) -> [Int] {
        var candidates = candidates(count, by: scores)
        if let first, !candidates.contains(first) { candidates.append(first) }
        let top = candidates.map { scores[$0] }.max() ?? 1
        var nearest = [Float](repeating: 0, count: candidates.count)
        var isOut = [Bool](repeating: false, count: candidates.count)
        var picked: [Int] = []
        while picked.count < count {
            var best: (place: Int, value: Float)?
            if picked.isEmpty, let first, let place = candidates.firstIndex(of: first) { best = (place, .infinity) }
            for place in candidates.indices where !isOut[place] {
                let value =
                    (1 - novelty) * scores[candidates[place]] / top - novelty * nearest[place]
                if value > best?.value ?? -.infinity { best = (place, value) }
            }
            guard let best else { break }
            let sentence = candidates[best.place]
            picked.append(sentence)
            isOut[best.place] = true
            for place in candidates.indices where !isOut[place] {
                let similarity = graph.similarity(candidates[place], sentence)
                if similarity > sameness { isOut[place] = true }
                nearest[place] = max(nearest[place], similarity, closeness(candidates[place], sentence))
            }
        }
        return picked.sorted()
    }

    private static func candidates(_ count: Int, by scores: [Float]) -> [Int] {
        (0..<count).flatMap { slice in
            let places = (slice * scores.count / count)..<((slice + 1) * scores.count / count)
            return places.filter { scores[$0] > 0 }.sorted { scores[$0] > scores[$1] }.prefix(candidatesPerSlice)
        }
    }
}
