internal import Glibc

/// What the words of a question give to the windows of some documents: BM25 (Robertson and Zaragoza, 2009).
///
/// How rare a word is must be known before anything is scored; then each document is scored by itself, see
/// ``score(_:windows:bestOfChunks:)``.
struct WordScores {
    /// For each term of the question how rare it is.
    let rarities: [Float]

    private let terms: [[UInt8]]
    /// For each term what a window full of it would get.
    private let most: [Float]
    /// For each term and document where the term is in the document's postings, -1 if it is not.
    private let places: [[Int32]]
    private let documents: [IndexedDocument]
    /// How many occurrences of a term halve what the next one adds: for a window without length, and more for each term.
    private let hold: Float
    private let holdPerTerm: Float

    init(_ query: QueryTerms, in numbering: Numbering) {
        documents = numbering.documents
        terms = query.terms.map(\.letters)
        let windowCount = numbering.windowCount
        let total = documents.reduce(0) { $0 + $1.windowTerms }
        let meanTerms = max(1, Float(total) / Float(max(1, windowCount)))
        hold = SearchTuning.saturation * (1 - SearchTuning.lengthWeight)
        holdPerTerm = SearchTuning.saturation * SearchTuning.lengthWeight / meanTerms
        var rarities: [Float] = []
        var places: [[Int32]] = []
        for term in terms {
            let found = documents.map { Int32($0.postings.place(of: term) ?? -1) }
            let having = zip(documents, found).reduce(0) { count, entry in
                entry.1 < 0 ? count : count + Int(entry.0.windowsHaving[Int(entry.1)])
            }
            rarities.append(log1pf((Float(windowCount - having) + 0.5) / (Float(having) + 0.5)))
            places.append(found)
        }
        self.rarities = rarities
        self.places = places
        most = zip(rarities, query.terms).map { $0 * Float($1.count) * (SearchTuning.saturation + 1) }
    }

    /// Scores the windows of one document.
    ///
    /// - Parameters:
    ///   - windows: room for the document's windows.
    ///   - bestOfChunks: room for the best score among the windows that begin in each chunk.
    func score(
        _ index: Int, windows: UnsafeMutableBufferPointer<Float>, bestOfChunks: UnsafeMutableBufferPointer<Float>
    ) {
        let document = documents[index]
        windows.initialize(repeating: 0)
        withUnsafeTemporaryAllocation(of: Float.self, capacity: windows.count) { counts in
            counts.initialize(repeating: 0)
            for term in terms.indices {
                let place = Int(places[term][index])
                let postings = place < 0 ? [] : document.postings.postings(at: place)
                add(term, postings, of: document, counts: counts, to: windows)
            }
        }
        for (chunk, source) in document.sources.enumerated() {
            var best: Float = 0
            for window in source.sentences where windows[window] > best { best = windows[window] }
            bestOfChunks.initializeElement(at: chunk, to: best)
        }
    }

    /// Counts how often the windows have a term, headings and title in part, and adds what it gives to them. The counts are
    /// 0 before and after.
    private func add(
        _ term: Int, _ postings: ArraySlice<PostingTable.Posting>, of document: IndexedDocument,
        counts: UnsafeMutableBufferPointer<Float>, to windows: UnsafeMutableBufferPointer<Float>
    ) {
        let isInTitle = document.titleTerms.contains(terms[term])
        let headings = document.headings.postings(of: terms[term])
        // Mostly neither has it, and only the windows around the sentences that have it need to be looked at.
        let isEverywhere = isInTitle || !headings.isEmpty
        var touched = 0..<0
        document.windowStarts.withUnsafeBufferPointer { starts in
            for posting in postings {
                let sentence = Int(posting.sentence)
                let first = Int(starts[sentence])
                if first > touched.upperBound, !isEverywhere {
                    add(term, in: touched, of: document, counts: counts, to: windows)
                    touched = first..<first
                }
                for window in first...sentence { counts[window] += Float(posting.count) }
                touched = touched.lowerBound..<(sentence + 1)
            }
        }
        for posting in headings {
            for window in document.sources[Int(posting.sentence)].sentences {
                counts[window] += SearchTuning.headingWeight
            }
        }
        if isInTitle { for window in counts.indices { counts[window] += SearchTuning.titleWeight } }
        add(term, in: isEverywhere ? counts.indices : touched, of: document, counts: counts, to: windows)
    }

    private func add(
        _ term: Int, in touched: Range<Int>, of document: IndexedDocument,
        counts: UnsafeMutableBufferPointer<Float>, to windows: UnsafeMutableBufferPointer<Float>
    ) {
        let (most, hold, holdPerTerm) = (most[term], self.hold, self.holdPerTerm)
        document.windowLengths.withUnsafeBufferPointer { lengths in
            // Without a branch, so that several windows go through at once: no count, nothing added.
            for window in touched {
                let count = counts[window]
                windows[window] += most * count / (count + (hold + holdPerTerm * Float(lengths[window])))
                counts[window] = 0
            }
        }
    }
}
