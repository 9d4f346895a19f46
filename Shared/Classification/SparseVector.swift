/// A vector with few numbers that are not zero, in the order of their features.
struct SparseVector: Sendable, Hashable {
    struct Entry: Sendable, Hashable {
        var feature: UInt64
        var weight: Float
    }

    private(set) var entries: [Entry]

    /// The sum of weights per feature.
    init(_ weights: [UInt64: Float]) {
        entries = weights.map { Entry(feature: $0.key, weight: $0.value) }.sorted { $0.feature < $1.feature }
    }

    /// A copy of length one with each weight multiplied; a vector without weight stays empty.
    func weighted(by factor: (UInt64) -> Float) -> SparseVector {
        var copy = self
        var square: Float = 0
        for index in copy.entries.indices {
            copy.entries[index].weight *= factor(copy.entries[index].feature)
            square += copy.entries[index].weight * copy.entries[index].weight
        }
        guard square > 0 else { return copy }
        let scale = 1 / square.squareRoot()
        for index in copy.entries.indices { copy.entries[index].weight *= scale }
        return copy
    }
}
