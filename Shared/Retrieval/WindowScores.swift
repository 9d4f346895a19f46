internal import Dispatch
internal import Embeddings
internal import Glibc

/// How well each window of some documents fits a question, by words (BM25) and by meaning.
///
/// A window is known by the sentence it begins with; those of all documents are numbered through.
struct WindowScores {
    let documents: [IndexedDocument]
    let terms: [[UInt8]]
    /// For each document the number of its first window, and one more for the end.
    let starts: [Int]
    /// For each term how rare it is.
    private(set) var rarities: [Float]
    /// BM25 of each window.
    private(set) var words: [Float]
    /// The inner product of each sentence's vector with the question's, -1 where there is none; empty without vectors.
    private(set) var similarities: [Float] = []

    init(documents: [IndexedDocument], query: QueryTerms, vector: [Float]?) {
        self.documents = documents
        terms = query.terms.map(\.letters)
        var starts = [0]
        for document in documents { starts.append((starts.last ?? 0) + document.sentences.count) }
        self.starts = starts
        words = []
        rarities = []
        score(query, vector)
    }

    var count: Int { words.count }

    // MARK: Words

    /// What the words of a question give to each window.
    private struct WordScores {
        var words: [Float]
        var rarities: [Float] = []
    }

    private static func wordScores(
        of query: QueryTerms, in documents: [IndexedDocument], starts: [Int]
    ) -> WordScores {
        var scores = WordScores(words: [Float](repeating: 0, count: starts.last ?? 0))
        let total = documents.reduce(0) { $0 + $1.windowTerms }
        let meanTerms = max(1, Float(total) / Float(max(1, scores.words.count)))
        var counts = [Float](repeating: 0, count: documents.map(\.sentences.count).max() ?? 0)
        for term in query.terms {
            let postings = documents.map { $0.postings.postings(of: term.letters) }
            var having = 0
            for (document, list) in zip(documents, postings) { having += document.windowCount(having: list) }
            let rarity = log1pf((Float(scores.words.count - having) + 0.5) / (Float(having) + 0.5))
            scores.rarities.append(rarity)
            for (index, document) in documents.enumerated() {
                let touched = count(term.letters, postings: postings[index], in: document, into: &counts)
                addTerm(
                    &counts, in: touched, of: document, first: starts[index], rarity: rarity * Float(term.count),
                    meanTerms: meanTerms, to: &scores.words)
            }
        }
        return scores
    }

    /// Counts how often the windows of a document have a term, headings and title in part.
    /// - Returns: the windows outside of which the counts are 0.
    private static func count(
        _ term: [UInt8], postings: ArraySlice<PostingTable.Posting>, in document: IndexedDocument,
        into counts: inout [Float]
    ) -> Range<Int> {
        var low = document.sentences.count
        var high = 0
        for posting in postings {
            let sentence = Int(posting.sentence)
            let first = Int(document.windowStarts[sentence])
            for window in first...sentence { counts[window] += Float(posting.count) }
            low = min(low, first)
            high = sentence + 1
        }
        for posting in document.headings.postings(of: term) {
            let sentences = document.sources[Int(posting.sentence)].sentences
            for window in sentences { counts[window] += SearchTuning.headingWeight }
            low = min(low, sentences.lowerBound)
            high = max(high, sentences.upperBound)
        }
        if document.titleTerms.contains(term) {
            for window in document.sentences.indices { counts[window] += SearchTuning.titleWeight }
            return 0..<document.sentences.count
        }
        return low < high ? low..<high : 0..<0
    }

    /// Adds what one term gives to its windows, and sets the counts back to 0.
    private static func addTerm(
        _ counts: inout [Float], in windows: Range<Int>, of document: IndexedDocument, first: Int, rarity: Float,
        meanTerms: Float, to words: inout [Float]
    ) {
        let lengths = document.windowLengths
        let free = SearchTuning.saturation * (1 - SearchTuning.lengthWeight)
        let perTerm = SearchTuning.saturation * SearchTuning.lengthWeight / meanTerms
        let most = rarity * (SearchTuning.saturation + 1)
        for window in windows where counts[window] > 0 {
            let hold = free + perTerm * Float(lengths[window])
            words[first + window] += most * counts[window] / (counts[window] + hold)
            counts[window] = 0
        }
    }

    // MARK: Meaning

    /// Vectors are looked through in parts of about so many.
    private static let vectorsInPart = 4_000

    /// Words and meaning at the same time: the words are the first part of the work, each stretch of vectors one more.
    /// This thread begins with the words; a second one takes parts as soon as it is awake, which may be late.
    private mutating func score(_ query: QueryTerms, _ vector: [Float]?) {
        let (documents, starts) = (self.documents, self.starts)
        let usable = documents.indices.filter {
            documents[$0].vectors.count > 0 && documents[$0].vectors.dimension == vector?.count
        }
        let parts = usable.isEmpty ? [] : Self.parts(of: usable) { documents[$0].vectors.count }
        var all = [Float](repeating: -1, count: usable.isEmpty ? 0 : starts.last ?? 0)
        var found = WordScores(words: [])
        withUnsafeMutablePointer(to: &found) { found in
            all.withUnsafeMutableBufferPointer { buffer in
                // Safe to share: the word scores are written by the first part alone, and each document's windows by the
                // one part that has the document.
                nonisolated(unsafe) let (found, cells) = (found, buffer)
                DispatchQueue.concurrentPerform(iterations: 1 + parts.count) { part in
                    guard part > 0, let vector else {
                        found.pointee = Self.wordScores(of: query, in: documents, starts: starts)
                        return
                    }
                    var products: [Float] = []
                    for index in parts[part - 1] {
                        let document = documents[index]
                        products.removeAll(keepingCapacity: true)
                        document.vectors.appendProducts(with: vector, to: &products)
                        for (sentence, entry) in document.sentences.enumerated() where entry.vector >= 0 {
                            cells[starts[index] + sentence] = products[Int(entry.vector)]
                        }
                    }
                }
            }
        }
        words = found.words
        rarities = found.rarities
        similarities = all
    }

    /// The documents in parts of at least `vectorsInPart` vectors, but for the last.
    private static func parts(of documents: [Int], size: (Int) -> Int) -> [[Int]] {
        var parts: [[Int]] = [[]]
        var filled = 0
        for document in documents {
            if filled >= vectorsInPart {
                parts.append([])
                filled = 0
            }
            parts[parts.count - 1].append(document)
            filled += size(document)
        }
        return parts
    }

    /// For each window the greatest similarity of its sentences; empty without vectors.
    private func windowSimilarities() -> [Float] {
        guard !similarities.isEmpty else { return [] }
        var best = similarities
        for (index, document) in documents.enumerated() {
            let first = starts[index]
            let ends = document.windowEnds
            for window in ends.indices {
                var highest = similarities[first + window]
                for sentence in (first + window)..<(first + Int(ends[window])) where similarities[sentence] > highest {
                    highest = similarities[sentence]
                }
                best[first + window] = highest
            }
        }
        return best
    }

    // MARK: Both

    /// Words and meaning together: each as a part of the best window's, so that neither drowns the other whatever its
    /// scale; 0 where nothing fits.
    func fused() -> [Float] {
        let mostWords = words.max() ?? 0
        var fused = mostWords > 0 ? words.map { $0 / mostWords } : words
        let similar = windowSimilarities()
        let mostSimilar = similar.max() ?? 0
        if mostSimilar > 0 {
            let scale = SearchTuning.vectorWeight / mostSimilar
            for window in fused.indices { fused[window] += max(0, similar[window]) * scale }
        }
        return fused
    }
}

extension IndexedDocument {
    /// How many windows have at least one of these sentences, which are in order.
    func windowCount(having list: ArraySlice<PostingTable.Posting>) -> Int {
        var count = 0
        var next = 0
        for posting in list {
            let sentence = Int(posting.sentence)
            count += sentence + 1 - max(Int(windowStarts[sentence]), next)
            next = sentence + 1
        }
        return count
    }
}
