/// Picks the best windows and makes passages of them: each window with as much around it as a passage may have, none
/// overlapping another.
struct PassageSelection {
    struct Pick {
        let document: Int
        /// The sentences of the passage.
        let sentences: Range<Int>
        let score: Float
    }

    private let documents: [IndexedDocument]
    private let starts: [Int]
    private var scores: [Float]
    /// The best window left of each document, by its number; kept so that each pass looks at one document only.
    private var bestWindows: [Int] = []
    /// The sentences that are in a passage already, for each document that has any.
    private var taken: [Int: [Range<Int>]] = [:]

    init(scores: WindowScores) {
        documents = scores.documents
        starts = scores.starts
        self.scores = scores.fused()
        bestWindows = documents.indices.map { bestWindow(of: $0) }
    }

    /// The next best passage, or `nil` when nothing that fits is left.
    mutating func next() -> Pick? {
        var index = 0
        var bestScore: Float = 0
        for (document, window) in bestWindows.enumerated() where scores[window] > bestScore {
            index = document
            bestScore = scores[window]
        }
        guard bestScore > 0 else { return nil }
        let document = documents[index]
        let first = bestWindows[index] - starts[index]
        let sentences = widen(first..<Int(document.windowEnds[first]), in: index)
        taken[index, default: []].append(sentences)
        // No later passage may begin with a window that touches this one.
        for window in Int(document.windowStarts[sentences.lowerBound])..<sentences.upperBound {
            scores[starts[index] + window] = 0
        }
        bestWindows[index] = bestWindow(of: index)
        return Pick(document: index, sentences: sentences, score: bestScore)
    }

    /// The first of the best windows of a document, which must have one.
    private func bestWindow(of index: Int) -> Int {
        var best = starts[index]
        for window in starts[index]..<starts[index + 1] where scores[window] > scores[best] { best = window }
        return best
    }

    /// Adds sentences before and behind, about as many words on each side, as long as they fit and are free.
    private func widen(_ window: Range<Int>, in index: Int) -> Range<Int> {
        let document = documents[index]
        let others = taken[index] ?? []
        let floor = others.map(\.upperBound).filter { $0 <= window.lowerBound }.max() ?? 0
        let ceiling = others.map(\.lowerBound).filter { $0 >= window.upperBound }.min() ?? document.sentences.count
        var low = window.lowerBound
        var high = window.upperBound
        var words = window.reduce(0) { $0 + Int(document.sentences[$1].words) }
        var before = 0
        var behind = 0
        var canGoBack = true
        var canGoOn = true
        while canGoBack || canGoOn {
            if canGoBack, !canGoOn || before <= behind {
                let more = low > floor ? Int(document.sentences[low - 1].words) : Int.max / 2
                canGoBack = words + more <= SearchTuning.passageWords
                guard canGoBack else { continue }
                low -= 1
                words += more
                before += more
            } else {
                let more = high < ceiling ? Int(document.sentences[high].words) : Int.max / 2
                canGoOn = words + more <= SearchTuning.passageWords
                guard canGoOn else { continue }
                high += 1
                words += more
                behind += more
            }
        }
        return low..<high
    }
}
