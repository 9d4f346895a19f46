/// Vectors of one dimension, one behind the other in half precision, as they are stored; ``LayeredVectors`` is how they are
/// searched.
///
/// Half precision halves what is stored; vectors of length one lose less than 0.0005 of their inner products by it.
package struct VectorBlock: Sendable, Hashable {
    /// How many numbers a vector has.
    package let dimension: Int

    /// The numbers as IEEE 754 binary16 bit patterns, vector by vector.
    package private(set) var halves: [UInt16]

    /// How many vectors there are.
    package var count: Int { dimension == 0 ? 0 : halves.count / dimension }

    /// A block of these vectors, which must all have `dimension` numbers.
    package init(dimension: Int, vectors: some Collection<[Float]> = []) {
        self.dimension = dimension
        halves = []
        halves.reserveCapacity(vectors.count * dimension)
        for vector in vectors {
            precondition(vector.count == dimension, "all vectors of a block have the same dimension")
            for number in vector { halves.append(Float16(number).bitPattern) }
        }
    }

    /// Appends the vectors of another block of the same dimension.
    package mutating func append(_ other: VectorBlock) {
        precondition(other.dimension == dimension, "all vectors of a block have the same dimension")
        halves.append(contentsOf: other.halves)
    }

    /// One vector, widened.
    package func vector(at index: Int) -> [Float] {
        halves[(index * dimension)..<((index + 1) * dimension)].map { Float(Float16(bitPattern: $0)) }
    }

    // MARK: Storing

    /// The block as bytes for a database: the numbers, least byte first.
    package var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(halves.count * 2)
        for half in halves {
            bytes.append(UInt8(truncatingIfNeeded: half))
            bytes.append(UInt8(truncatingIfNeeded: half >> 8))
        }
        return bytes
    }

    /// Reads what ``bytes`` wrote; `nil` if the length does not fit the dimension or a number is not finite.
    package init?(dimension: Int, bytes: [UInt8]) {
        guard dimension > 0, bytes.count.isMultiple(of: dimension * 2) else { return nil }
        self.dimension = dimension
        halves = []
        halves.reserveCapacity(bytes.count / 2)
        for index in stride(from: 0, to: bytes.count, by: 2) {
            let half = UInt16(bytes[index]) | UInt16(bytes[index + 1]) << 8
            guard half & 0x7C00 != 0x7C00 else { return nil }
            halves.append(half)
        }
    }
}
