internal import Embeddings
internal import Glibc

/// The vectors of the examples, for comparing a text with all of them at once.
struct MeaningIndex: Sendable {
    private let examples: LayeredVectors
    private let focus: Float

    /// - Parameter vectors: Of length one, at least one.
    init(_ vectors: [[Float]], focus: Double) {
        let dimension = vectors.first?.count ?? 0
        var examples = LayeredVectors(dimension: dimension)
        examples.append(VectorBlock(dimension: dimension, vectors: vectors))
        self.examples = examples
        self.focus = Float(focus)
    }

    /// 1 for the same meaning, falling with distance.
    func similarities(to vector: [Float]) -> [Float] {
        examples.products(with: LayeredVectors.Question(vector)).map { expf(focus * ($0 - 1)) }
    }
}
