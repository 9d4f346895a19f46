/// Inner products of vectors.
package enum VectorMath {
    /// The vector scaled to length one; a vector of zeros stays.
    package static func normalized(_ vector: [Float]) -> [Float] {
        let square = vector.reduce(Float(0)) { $0 + $1 * $1 }
        guard square > 0 else { return vector }
        let scale = 1 / square.squareRoot()
        return vector.map { $0 * scale }
    }

    /// The inner product of two vectors of the same dimension.
    package static func product(_ left: [Float], _ right: [Float]) -> Float {
        precondition(left.count == right.count, "vectors of different models have nothing in common")
        return zip(left, right).reduce(0) { $0 + $1.0 * $1.1 }
    }
}
