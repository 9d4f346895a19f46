/// Picks the best windows and makes passages of them: each window with as much around it as a passage may have, none
/// overlapping another.
///
/// Looks at as little as it must: the chunk that may hold the best window is opened before others, the window that may be
/// the best is worked out before others, and what is known to be no better than the picks so far is never looked at. The
/// picks are those of working out every window, since nothing is passed over whose bound is above a pick's score.
struct PassageSelection {
    struct Pick {
        let document: Int
        /// The sentences of the passage.
        let sentences: Range<Int>
        let score: Float
        /// The inner product of each sentence's vector with the question's, -1 where there is none; empty without vectors.
        let similarities: [Float]
    }

    /// Something that may hold the best window left. One number, since there are as many as chunks: the score in its
    /// upper half, then the kind, then the place.
    private struct Candidate: Comparable {
        enum Kind: UInt64 {
            // What is known best comes last, so that among equals all are worked out before one is picked.
            case window, bound, chunk
        }

        private static let placeMask: UInt64 = 1 << 30 - 1
        private let rank: UInt64

        /// - Parameters:
        ///   - score: the score, or what it does not exceed; above 0, where floating-point numbers are in the order of
        ///     their bits.
        ///   - place: the number of the chunk or the window. Of equals the first is the greatest.
        init(_ kind: Kind, score: Float, place: Int) {
            precondition(place <= Self.placeMask, "a billion sentences are more than memory holds")
            rank = UInt64(score.bitPattern) << 32 | kind.rawValue << 30 | (Self.placeMask - UInt64(place))
        }

        var kind: Kind { Kind(rawValue: rank >> 30 & 3) ?? .window }
        var score: Float { Float(bitPattern: UInt32(rank >> 32)) }
        var place: Int { Int(Self.placeMask - rank & Self.placeMask) }

        static func < (left: Self, right: Self) -> Bool { left.rank < right.rank }
    }

    private var scores: WindowScores
    private var candidates: BinaryHeap<Candidate>
    /// The sentences that are in a passage already, for each document that has any.
    private var taken: [Int: [Range<Int>]] = [:]

    private var numbering: Numbering { scores.numbering }

    init(scores: consuming WindowScores) {
        var chunks: [Candidate] = []
        chunks.reserveCapacity(scores.numbering.chunkCount)
        for (index, document) in scores.numbering.documents.enumerated() {
            let first = scores.numbering.chunkStarts[index]
            for chunk in document.sources.indices {
                let bound = scores.bound(ofChunk: chunk, in: index)
                if bound > 0 { chunks.append(Candidate(.chunk, score: bound, place: first + chunk)) }
            }
        }
        candidates = BinaryHeap(chunks)
        self.scores = scores
    }

    /// The next best passage, or `nil` when nothing that fits is left.
    mutating func next() -> Pick? {
        while let best = candidates.popMax() {
            guard best.kind != .chunk else {
                open(chunk: best.place)
                continue
            }
            let document = Numbering.document(of: best.place, in: numbering.windowStarts)
            let window = best.place - numbering.windowStarts[document]
            guard isFree(window, in: document) else { continue }
            if best.kind == .window { return pick(window, in: document, score: best.score) }
            let score = scores.score(ofWindow: window, in: document)
            if score > 0 { candidates.insert(Candidate(.window, score: score, place: best.place)) }
        }
        return nil
    }

    private mutating func open(chunk place: Int) {
        let document = Numbering.document(of: place, in: numbering.chunkStarts)
        let first = numbering.windowStarts[document]
        let chunk = numbering.documents[document].sources[place - numbering.chunkStarts[document]]
        for window in chunk.sentences {
            let bound = scores.bound(ofWindow: window, in: document)
            guard bound > 0 else { continue }
            candidates.insert(Candidate(scores.hasMeaning ? .bound : .window, score: bound, place: first + window))
        }
    }

    /// Whether a window touches no passage.
    private func isFree(_ window: Int, in document: Int) -> Bool {
        guard let taken = taken[document] else { return true }
        let sentences = window..<Int(numbering.documents[document].windowEnds[window])
        return !taken.contains { $0.overlaps(sentences) }
    }

    private mutating func pick(_ window: Int, in document: Int, score: Float) -> Pick {
        let end = Int(numbering.documents[document].windowEnds[window])
        let sentences = widen(window..<end, in: document)
        taken[document, default: []].append(sentences)
        return Pick(
            document: document, sentences: sentences, score: score,
            similarities: scores.similarities(of: sentences, in: document))
    }

    /// Adds sentences before and behind, about as many words on each side, as long as they fit and are free.
    private func widen(_ window: Range<Int>, in index: Int) -> Range<Int> {
        let document = numbering.documents[index]
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
