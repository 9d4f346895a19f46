internal import COpenBLAS

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

extension VectorBlock {
    /// The inner products of a vector with those of the block, in order, with the widest registers there are.
    package func products(with vector: [Float]) -> [Float] {
        var products: [Float] = []
        appendProducts(with: vector, to: &products)
        return products
    }

    /// As ``products(with:)``, behind what is in `products`.
    package func appendProducts(with vector: [Float], to products: inout [Float]) {
        guard count > 0 else { return }
        precondition(vector.count == dimension, "vectors of different models have nothing in common")
        precondition(dimension.isMultiple(of: 16), "the loop goes by sixteens")
        let first = products.count
        products.append(contentsOf: repeatElement(0, count: count))
        products.withUnsafeMutableBufferPointer { target in
            guard let base = target.baseAddress else { return }
            copenblas_half_products(halves, count, dimension, vector, base + first)
        }
    }
}
