internal import Glibc

/// The words of the examples, each weighted by how few examples have it, for comparing a text with all of them at once.
struct LexicalIndex: Sendable {
    private let rarity: [UInt64: Float]
    private let postings: [UInt64: [Posting]]
    private let count: Int

    private struct Posting: Sendable {
        var example: Int
        var weight: Float
    }

    /// The weighted vectors of the examples, in order.
    let vectors: [SparseVector]

    init(_ texts: [String]) {
        let counts = texts.map { LexicalFeatures($0).counts }
        var frequency: [UInt64: Int] = [:]
        for vector in counts {
            for entry in vector.entries { frequency[entry.feature, default: 0] += 1 }
        }
        let total = Float(texts.count)
        let rarity = frequency.mapValues { logf(1 + total / Float($0)) }
        let vectors = counts.map { vector in vector.weighted { rarity[$0] ?? 0 } }
        var postings: [UInt64: [Posting]] = [:]
        for (index, vector) in vectors.enumerated() {
            for entry in vector.entries {
                postings[entry.feature, default: []].append(Posting(example: index, weight: entry.weight))
            }
        }
        self.rarity = rarity
        self.postings = postings
        self.vectors = vectors
        count = texts.count
    }

    /// The vector of a text; what no example has does not count, except for making the text longer.
    func vector(of features: LexicalFeatures) -> SparseVector {
        let unknown = logf(1 + Float(count))
        return features.counts.weighted { rarity[$0] ?? unknown }
    }

    /// The cosine of the text with each example.
    func similarities(to vector: SparseVector) -> [Float] {
        var sums = [Float](repeating: 0, count: count)
        for entry in vector.entries {
            for posting in postings[entry.feature] ?? [] { sums[posting.example] += posting.weight * entry.weight }
        }
        return sums
    }

    /// What one feature of the text adds to its cosine with each example that has it.
    func contributions(of entry: SparseVector.Entry) -> [(example: Int, product: Float)] {
        (postings[entry.feature] ?? []).map { ($0.example, $0.weight * entry.weight) }
    }
}
