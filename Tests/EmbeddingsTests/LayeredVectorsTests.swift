import TestSupport
import Testing

@testable import Embeddings

/// The layered vectors and their kernels beside the same arithmetic written plainly.
struct LayeredVectorsTests {
    /// Numbers from -1 to 1 that are the same in every run (SplitMix64).
    struct Dice {
        var state: UInt64

        mutating func number() -> Float {
            state &+= 0x9E37_79B9_7F4A_7C15
            var mixed = state
            mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
            return Float(Int64(bitPattern: mixed ^ mixed >> 31) >> 40) / Float(1 << 23)
        }

        mutating func vector(_ dimension: Int) -> [Float] {
            VectorMath.normalized((0..<dimension).map { _ in number() })
        }
    }

    static func layered(_ block: VectorBlock) -> LayeredVectors {
        var vectors = LayeredVectors(dimension: block.dimension)
        vectors.append(block)
        return vectors
    }

    /// The product by the definition: whole numbers of 16 bits for the vector, of as many as fit for the question.
    private func plainProduct(_ vector: [Float], _ question: [Float]) -> Float {
        let most = vector.map(abs).max() ?? 0
        let whole = vector.map { number -> Int64 in
            let steps = number * (most > 0 ? 32_512 / most : 0)
            return Int64(steps + (steps.sign == .minus ? -0.5 : 0.5))
        }
        let limit = Float(min(32_767, Int(Int32.max) / (128 * question.count)))
        let largest = question.map(abs).max() ?? 0
        let scale = largest > 0 ? largest / limit : 0
        let asked = question.map { scale > 0 ? Int64(($0 / scale).rounded()) : 0 }
        return Float(zip(whole, asked).reduce(0) { $0 + $1.0 * $1.1 }) * (scale * (most / 32_512))
    }

    @Test(arguments: [1, 15, 16, 33, 384, 385, 768, 1024])
    func `products are those of plain arithmetic, bit for bit`(dimension: Int) {
        var dice = Dice(state: UInt64(dimension))
        let block = VectorBlock(dimension: dimension, vectors: (0..<70).map { _ in dice.vector(dimension) })
        let vectors = Self.layered(block)
        let question = dice.vector(dimension)
        let prepared = LayeredVectors.Question(question)
        for index in 0..<block.count {
            #expect(
                vectors.product(at: index, with: prepared) == plainProduct(block.vector(at: index), question),
                "vector \(index)")
        }
    }

    @Test(arguments: [384, 4096])
    func `no sum leaves its bits, however extreme the numbers`(dimension: Int) {
        let extremes: [[Float]] = [
            Array(repeating: 1, count: dimension), Array(repeating: -1, count: dimension),
            (0..<dimension).map { $0.isMultiple(of: 2) ? 1 : -1 }, (0..<dimension).map { $0 == 7 ? 1 : 0 },
            Array(repeating: 0, count: dimension), (0..<dimension).map { $0 == 0 ? 1 : 0.0039 },
        ]
        let vectors = Self.layered(VectorBlock(dimension: dimension, vectors: extremes))
        for question in extremes {
            let prepared = LayeredVectors.Question(question)
            for (index, vector) in extremes.enumerated() {
                // Half a step of the one for each number of the other.
                let step = 1 / Float(min(32_767, Int(Int32.max) / (128 * dimension)))
                let error = vector.reduce(0) { $0 + abs($1) } * step + question.reduce(0) { $0 + abs($1) } / 32_512
                let exact = VectorMath.product(vector, question)
                #expect(abs(vectors.product(at: index, with: prepared) - exact) <= error)
            }
        }
    }

    @Test func `products of vectors of length one are right to 0.0005`() {
        var dice = Dice(state: 5)
        let all = (0..<200).map { _ in dice.vector(384) }
        let vectors = Self.layered(VectorBlock(dimension: 384, vectors: all))
        for question in all.prefix(20) {
            let prepared = LayeredVectors.Question(question)
            for (index, vector) in all.enumerated() {
                #expect(abs(vectors.product(at: index, with: prepared) - VectorMath.product(vector, question)) < 5e-4)
            }
        }
    }

    @Test func `no product exceeds its bound, and the bound is near`() {
        var dice = Dice(state: 6)
        var all = (0..<1_300).map { _ in dice.vector(384) }
        all.append([Float](repeating: 0, count: 384))
        all.append((0..<384).map { $0 == 3 ? 1 : 0 })
        all.append((0..<384).map { _ in 0.05 })
        let vectors = Self.layered(VectorBlock(dimension: 384, vectors: all))
        for question in all.suffix(12) {
            let prepared = LayeredVectors.Question(question)
            var bounds = [Float](repeating: .nan, count: 1_000)
            bounds.withUnsafeMutableBufferPointer {
                vectors.writeUpperBounds(of: 303..<1_303, for: prepared, to: $0)
            }
            for (offset, bound) in bounds.enumerated() {
                let product = vectors.product(at: 303 + offset, with: prepared)
                #expect(product <= bound)
                // Twice 128 × √384 steps, of which the largest number has 32,512.
                let largest = all[303 + offset].map(abs).max() ?? 0
                #expect(bound - product <= 2.01 * 128 * 19.6 * largest / 32_512)
            }
        }
    }

    @Test func `numbers that are not finite count as nothing`() {
        let block = VectorBlock(dimension: 16, vectors: [[Float](repeating: .nan, count: 16)])
        let infinite = VectorBlock(dimension: 16, vectors: [(0..<16).map { $0 == 0 ? .infinity : 0.25 }])
        var vectors = Self.layered(block)
        vectors.append(infinite)
        let ones = LayeredVectors.Question((0..<16).map { $0 == 1 ? -.infinity : 1 })
        #expect(vectors.product(at: 0, with: ones) == 0)
        #expect(abs(vectors.product(at: 1, with: ones) - 3.5) < 1e-3)
    }

    /// Random directions, where products lie close together, and clusters, where the best ones do.
    @Test(arguments: [0.0, 0.2, 0.9]) func `the best are those of looking at every vector`(share: Float) {
        var dice = Dice(state: 7)
        let centres = (0..<12).map { _ in dice.vector(384) }
        let all = (0..<3_000).map { number -> [Float] in
            let centre = centres[number % centres.count]
            return VectorMath.normalized(zip(dice.vector(384), centre).map { $0 * (1 - share) + $1 * share })
        }
        let vectors = Self.layered(VectorBlock(dimension: 384, vectors: all))
        for question in centres + all.prefix(8) {
            let prepared = LayeredVectors.Question(question)
            let exact = all.indices.map { vectors.product(at: $0, with: prepared) }
            let order = all.indices.sorted { (-exact[$0], $0) < (-exact[$1], $1) }
            for count in [1, 10, 100] {
                let best = vectors.best(count, for: prepared)
                #expect(best.map(\.index) == Array(order.prefix(count)))
                #expect(best.map(\.product) == order.prefix(count).map { exact[$0] })
            }
        }
        #expect(vectors.best(0, for: LayeredVectors.Question(centres[0])).isEmpty)
        #expect(vectors.best(4_000, for: LayeredVectors.Question(centres[0])).count == 3_000)
    }
}
