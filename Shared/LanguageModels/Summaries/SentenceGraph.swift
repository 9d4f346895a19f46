import Glibc

/// Ranks sentences by how central they are: a sentence counts when sentences that count share its rarer words.
///
/// This is continuous LexRank (Erkan and Radev, "LexRank: graph-based lexical centrality as salience in text
/// summarization", JAIR 22, 2004): PageRank over the graph of sentences whose edges are TF-IDF cosines. The cosines are
/// products of sparse vectors, so the graph is never built: each step goes from sentences to words and back. Memory and
/// time grow with the text and not with its square.
struct SentenceGraph: Sendable {
    /// Sparse vectors of length one, by word number.
    let vectors: [[(word: Int, weight: Float)]]
    /// How many of the sentence's words carry meaning.
    let informationCounts: [Int]

    private let wordCount: Int

    static let rounds = 24
    /// The chance of jumping to any sentence, as the paper has it.
    static let jump: Float = 0.15

    /// - Parameter sentences: Words of each sentence, without those that carry no meaning, each as a small number.
    init(_ sentences: [[Int]]) {
        let wordCount = (sentences.lazy.flatMap(\.self).max() ?? -1) + 1
        var frequency = [Int](repeating: 0, count: wordCount)
        for words in sentences {
            for word in Set(words) { frequency[word] += 1 }
        }
        let total = Float(max(sentences.count, 1))
        vectors = sentences.map { words in
            var counts: [Int: Float] = [:]
            for word in words { counts[word, default: 0] += 1 }
            var vector: [(word: Int, weight: Float)] = counts.map { word, count in
                (word, count * logf(1 + total / Float(frequency[word])))
            }
            vector.sort { $0.word < $1.word }
            let square = vector.reduce(Float(0)) { $0 + $1.weight * $1.weight }
            let scale = square > 0 ? 1 / square.squareRoot() : 0
            for index in vector.indices { vector[index].weight *= scale }
            return vector
        }
        informationCounts = sentences.map { Set($0).count }
        self.wordCount = wordCount
    }

    /// A rank for each sentence; 1 for the highest.
    func ranks() -> [Float] {
        guard !vectors.isEmpty else { return [] }
        let degrees = spread(Array(repeating: 1, count: vectors.count))
        let base = Self.jump / Float(vectors.count)
        var ranks = [Float](repeating: 1 / Float(vectors.count), count: vectors.count)
        for _ in 0..<Self.rounds {
            let shares = zip(ranks, degrees).map { $1 > 1e-4 ? $0 / $1 : 0 }
            ranks = spread(shares).map { base + (1 - Self.jump) * $0 }
        }
        let top = ranks.max() ?? 0
        return top > 0 ? ranks.map { $0 / top } : ranks
    }

    /// The cosine of two sentences.
    func similarity(_ one: Int, _ other: Int) -> Float {
        var (left, right) = (vectors[one][...], vectors[other][...])
        var sum: Float = 0
        while let first = left.first, let second = right.first {
            if first.word == second.word { sum += first.weight * second.weight }
            if first.word <= second.word { left = left.dropFirst() }
            if second.word <= first.word { right = right.dropFirst() }
        }
        return sum
    }

    /// One step along the edges: sentences to words, words to sentences. No sentence recommends itself, so what a sentence
    /// gave is taken away again (its cosine with itself is one).
    private func spread(_ values: [Float]) -> [Float] {
        var words = [Float](repeating: 0, count: wordCount)
        for (vector, value) in zip(vectors, values) where value != 0 {
            for entry in vector { words[entry.word] += entry.weight * value }
        }
        return zip(vectors, values).map { vector, value in
            max(vector.reduce(0) { $0 + $1.weight * words[$1.word] } - (vector.isEmpty ? 0 : value), 0)
        }
    }
}
