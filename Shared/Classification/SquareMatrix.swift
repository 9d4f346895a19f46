/// A square matrix of double precision, by rows.
struct SquareMatrix: Sendable, Hashable {
    let count: Int
    private var numbers: [Double]

    init(count: Int) {
        self.count = count
        numbers = Array(repeating: 0, count: count * count)
    }

    subscript(row: Int, column: Int) -> Double {
        get { numbers[row * count + column] }
        set { numbers[row * count + column] = newValue }
    }

    /// The inverse of a symmetric positive matrix by Cholesky's decomposition; nil for any other.
    func inverseOfPositive() -> SquareMatrix? {
        var lower = self
        guard lower.decompose() else { return nil }
        return lower.inverseFromLower()
    }

    /// The product with a list of rows of equal length.
    func multiplied(by rows: [[Double]]) -> [[Double]] {
        let width = rows.first?.count ?? 0
        return (0..<count).map { row in
            var sums = [Double](repeating: 0, count: width)
            for (column, other) in rows.enumerated() {
                let factor = self[row, column]
                for index in sums.indices { sums[index] += factor * other[index] }
            }
            return sums
        }
    }

    /// Replaces the lower triangle by L of L·Lᵀ. The inner loops go over plain memory: they are the whole cost.
    private mutating func decompose() -> Bool {
        let count = self.count
        return numbers.withUnsafeMutableBufferPointer { numbers in
            for column in 0..<count {
                let own = column * count
                var diagonal = numbers[own + column]
                for index in 0..<column { diagonal -= numbers[own + index] * numbers[own + index] }
                guard diagonal > 1e-12 else { return false }
                let root = diagonal.squareRoot()
                numbers[own + column] = root
                for row in (column + 1)..<max(count, column + 1) {
                    let other = row * count
                    var sum = numbers[other + column]
                    for index in 0..<column { sum -= numbers[other + index] * numbers[own + index] }
                    numbers[other + column] = sum / root
                }
            }
            return true
        }
    }

    /// (L·Lᵀ)⁻¹ from L: the columns of L⁻¹, then their products.
    private func inverseFromLower() -> SquareMatrix {
        let count = self.count
        // By columns of the inverse, so that the loops below run along memory.
        var columns = [Double](repeating: 0, count: count * count)
        var result = SquareMatrix(count: count)
        numbers.withUnsafeBufferPointer { lower in
            columns.withUnsafeMutableBufferPointer { columns in
                for column in 0..<count {
                    let start = column * count
                    columns[start + column] = 1 / lower[column * count + column]
                    for row in (column + 1)..<max(count, column + 1) {
                        var sum = 0.0
                        for index in column..<row { sum -= lower[row * count + index] * columns[start + index] }
                        columns[start + row] = sum / lower[row * count + row]
                    }
                }
                result.numbers.withUnsafeMutableBufferPointer { result in
                    for first in 0..<count {
                        for second in first..<count {
                            var sum = 0.0
                            for index in second..<count {
                                sum += columns[first * count + index] * columns[second * count + index]
                            }
                            result[first * count + second] = sum
                            result[second * count + first] = sum
                        }
                    }
                }
            }
        }
        return result
    }
}
