internal import COpenBLAS

/// Vectors of one dimension as they are searched: each number in two layers of eight bits, so that a search reads the
/// upper layer of all vectors and the lower one only of those that may be among the best.
///
/// A number is `scale × (256 × upper + lower)` with one scale for each vector, which is nearer to what was embedded than
/// half precision is, in the same memory. All sums are of whole numbers: the same on every processor.
package struct LayeredVectors: Sendable {
    /// How many numbers a vector has.
    package let dimension: Int

    /// How many vectors there are.
    package var count: Int { scales.count }

    /// How many bytes the vectors take in memory.
    package var byteCount: Int { upper.count + lower.count + scales.count * MemoryLayout<Float>.stride }

    private var upper: [Int8] = []
    private var lower: [Int8] = []
    private var scales: [Float] = []

    /// No vectors yet, of so many numbers each.
    package init(dimension: Int) {
        self.dimension = dimension
    }

    /// Appends the vectors of a block of the same dimension. A number that is not finite counts as 0.
    package mutating func append(_ block: VectorBlock) {
        precondition(block.dimension == dimension, "all vectors of a block have the same dimension")
        let (added, size) = (block.count, block.halves.count)
        guard added > 0 else { return }
        let (firstNumber, firstVector) = (upper.count, count)
        upper.append(contentsOf: repeatElement(0, count: size))
        lower.append(contentsOf: repeatElement(0, count: size))
        scales.append(contentsOf: repeatElement(0, count: added))
        upper.withUnsafeMutableBufferPointer { upper in
            lower.withUnsafeMutableBufferPointer { lower in
                scales.withUnsafeMutableBufferPointer { scales in
                    guard let high = upper.baseAddress, let low = lower.baseAddress, let scale = scales.baseAddress
                    else { return }
                    copenblas_split_halves(
                        block.halves, added, dimension, high + firstNumber, low + firstNumber, scale + firstVector)
                }
            }
        }
    }

    /// A vector to search for, made ready once for all blocks of its dimension.
    package struct Question: Sendable {
        package let dimension: Int
        fileprivate let numbers: [Int16]
        fileprivate let scale: Float
        /// What the lower layer of a vector with scale 1 can add to a product, at most.
        fileprivate let margin: Float

        /// Numbers that are not finite count as 0.
        package init(_ vector: [Float]) {
            dimension = vector.count
            // So small that a sum over either layer, whose numbers lie within ±128, stays within 32 bits.
            let most = Float(min(32_767, Int(Int32.max) / (128 * max(1, vector.count))))
            let largest = vector.reduce(Float(0)) { $1.isFinite ? max($0, abs($1)) : $0 }
            let scale = largest > 0 ? largest / most : 0
            let numbers = vector.map { number -> Int16 in
                guard number.isFinite, scale > 0 else { return 0 }
                return Int16(max(-most, min(most, (number / scale).rounded())))
            }
            self.scale = scale
            self.numbers = numbers
            let square = numbers.reduce(0.0) { $0 + Double($1) * Double($1) }
            // Cauchy and Schwarz: a sum of products is at most the product of the lengths. The thousandth is for the
            // rounding of what is added and compared in single precision.
            margin = scale * Float(128.0 * (Double(vector.count) * square).squareRoot() * 1.001)
        }
    }

    // MARK: Products

    /// The inner product of one vector with the question: to within 0.0005 of that of the vectors as they were embedded,
    /// when both have length one.
    package func product(at index: Int, with question: Question) -> Float {
        precondition(question.dimension == dimension, "vectors of different models have nothing in common")
        let high = Self.sum(upper, index, question)
        let low = Self.sum(lower, index, question)
        return Float(256 * Int64(high) + Int64(low)) * (question.scale * scales[index])
    }

    /// ``product(at:with:)`` of every vector, in order.
    package func products(with question: Question) -> [Float] {
        (0..<count).map { product(at: $0, with: question) }
    }

    /// Writes for each vector of a range a number that its product does not exceed, from the upper layer alone.
    ///
    /// - Parameter bounds: room for as many numbers as the range has.
    package func writeUpperBounds(
        of range: Range<Int>, for question: Question, to bounds: UnsafeMutableBufferPointer<Float>
    ) {
        precondition(question.dimension == dimension, "vectors of different models have nothing in common")
        precondition(range.lowerBound >= 0 && range.upperBound <= count && bounds.count >= range.count)
        let step = 256 * question.scale
        withUnsafeTemporaryAllocation(of: Int32.self, capacity: Self.stretch) { sums in
            guard let products = sums.baseAddress else { return }
            var start = range.lowerBound
            while start < range.upperBound {
                let end = min(start + Self.stretch, range.upperBound)
                upper.withUnsafeBufferPointer { upper in
                    guard let base = upper.baseAddress else { return }
                    copenblas_byte_products(
                        base + start * dimension, end - start, dimension, question.numbers, products)
                }
                for index in start..<end {
                    bounds[index - range.lowerBound] =
                        scales[index] * (step * Float(products[index - start]) + question.margin)
                }
                start = end
            }
        }
    }

    /// Sums are taken for so many vectors at a time, so that they stay in the processor's nearest memory.
    private static let stretch = 512

    private static func sum(_ layer: [Int8], _ index: Int, _ question: Question) -> Int32 {
        var sum: Int32 = 0
        layer.withUnsafeBufferPointer { layer in
            guard let base = layer.baseAddress else { return }
            copenblas_byte_products(
                base + index * question.dimension, 1, question.dimension, question.numbers, &sum)
        }
        return sum
    }

    // MARK: The best

    /// The vectors with the greatest products, greatest first; of equal ones the first. Exactly those that looking at
    /// both layers of every vector would find: a vector is left out only when its upper bound is below as many products.
    package func best(_ wanted: Int, for question: Question) -> [(index: Int, product: Float)] {
        guard wanted > 0, count > 0 else { return [] }
        let bounds = [Float](unsafeUninitializedCapacity: count) { buffer, initialized in
            writeUpperBounds(of: 0..<count, for: question, to: buffer)
            initialized = count
        }
        var best: [(index: Int, product: Float)] = []
        for (index, bound) in bounds.enumerated() {
            guard best.count < wanted || bound > best[best.count - 1].product else { continue }
            let product = product(at: index, with: question)
            guard best.count < wanted || product > best[best.count - 1].product else { continue }
            let place = best.firstIndex { product > $0.product } ?? best.count
            best.insert((index, product), at: place)
            if best.count > wanted { best.removeLast() }
        }
        return best
    }
}
