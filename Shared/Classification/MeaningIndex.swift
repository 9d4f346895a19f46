internal import Embeddings
internal import Glibc

/// The vectors of the examples, for comparing a text with all of them at once.
struct MeaningIndex: Sendable {
    private let block: VectorBlock
    private let focus: Float

    /// - Parameter vectors: Of length one, at least one.
    init(_ vectors: [[Float]], focus: Double) {
        let padded = vectors.map(Self.padded)
        block = VectorBlock(dimension: padded.first?.count ?? 0, vectors: padded)
        self.focus = Float(focus)
    }

    /// 1 for the same meaning, falling with distance.
    func similarities(to vector: [Float]) -> [Float] {
        block.products(with: Self.padded(vector)).map { expf(focus * ($0 - 1)) }
    }

    /// The loop over a block goes by sixteens; zeros change no product.
    private static func padded(_ vector: [Float]) -> [Float] {
        vector + Array(repeating: 0, count: (16 - vector.count % 16) % 16)
    }
}
