internal import Embeddings

/// How well each window of some documents fits a question, by words (BM25) and by meaning: each as a part of the best
/// window's, so that neither drowns the other whatever its scale; 0 where nothing fits.
///
/// Words are known for every window. Of meaning a bound is known, and the exact figure is worked out only for what is
/// looked at; see ``PassageSelection``.
struct WindowScores {
    let numbering: Numbering
    /// For each term of the question how rare it is.
    let rarities: [Float]
    /// BM25 of each window.
    let words: [Float]
    /// For each chunk the best of its windows by words.
    private let bestWords: [Float]
    /// What a point by words and one by meaning count.
    private let wordWeight: Float
    private let meaningWeight: Float
    /// Nil without a vector of the question, or without any that it can be compared with.
    private var meaning: MeaningScores?

    var hasMeaning: Bool { meaning != nil }

    init(documents: [IndexedDocument], query: QueryTerms, vector: [Float]?) {
        let numbering = Numbering(documents, dimension: vector?.count)
        let plan = WordScores(query, in: numbering)
        let question = numbering.vectorCount > 0 ? vector.map { LayeredVectors.Question($0) } : nil
        let scan = ScopeScan(numbering, words: plan, question: question)
        self.numbering = numbering
        rarities = plan.rarities
        words = scan.windows
        bestWords = scan.bestOfChunks
        let mostWords = scan.bestOfChunks.max() ?? 0
        wordWeight = mostWords > 0 ? 1 / mostWords : 0
        let meaning = question.map { MeaningScores($0, in: numbering, bounds: scan.bounds) }
        let nearest = meaning?.best ?? 0
        meaningWeight = nearest > 0 ? SearchTuning.vectorWeight / nearest : 0
        self.meaning = meaning
    }

    /// What no window that begins in a chunk exceeds.
    func bound(ofChunk chunk: Int, in document: Int) -> Float {
        sum(
            words: bestWords[numbering.chunkStarts[document] + chunk],
            meaning: meaning?.bound(of: numbering.documents[document].windowVectors[chunk], in: document) ?? 0)
    }

    /// What a window does not exceed.
    func bound(ofWindow window: Int, in document: Int) -> Float {
        sum(
            words: words[numbering.windowStarts[document] + window],
            meaning: meaning?.bound(ofSentences: sentences(of: window, in: document), in: document) ?? 0)
    }

    /// The score of a window.
    mutating func score(ofWindow window: Int, in document: Int) -> Float {
        var nearest: Float = 0
        for sentence in sentences(of: window, in: document) {
            nearest = max(nearest, meaning?.product(ofSentence: sentence, in: document) ?? 0)
        }
        return sum(words: words[numbering.windowStarts[document] + window], meaning: nearest)
    }

    /// The inner product of each sentence's vector with the question's, -1 where there is none; empty without meaning.
    mutating func similarities(of sentences: Range<Int>, in document: Int) -> [Float] {
        guard hasMeaning else { return [] }
        return sentences.map { meaning?.product(ofSentence: $0, in: document) ?? -1 }
    }

    private func sum(words: Float, meaning: Float) -> Float { words * wordWeight + meaning * meaningWeight }

    private func sentences(of window: Int, in document: Int) -> Range<Int> {
        window..<Int(numbering.documents[document].windowEnds[window])
    }
}
