/// Kernel ridge regression: for each class a function over the examples that is near 1 for its own and near 0 for the
/// others, in closed form. Besides speed (no iterations), the closed form gives the exact guesses for examples that were left
/// out, without training again (Rifkin and Lippert, "Notes on regularized least squares", 2007, sections 3 and 4).
struct RidgeRegression: Sendable {
    /// By example, then class: how much an example speaks for a class.
    let weights: [[Double]]
    /// Added to every score of a class.
    let offsets: [Double]

    private let inverse: SquareMatrix
    private let targets: [[Double]]

    /// - Parameters:
    ///   - kernel: The similarity of each example with each.
    ///   - classes: The class of each example.
    ///   - regularisation: Larger values trust single examples less.
    /// - Throws: `ClassificationError` when the kernel is none (not positive).
    init(kernel: SquareMatrix, classes: [Int], classCount: Int, regularisation: Double) throws(ClassificationError) {
        var matrix = kernel
        for index in 0..<matrix.count { matrix[index, index] += regularisation }
        guard let inverse = matrix.inverseOfPositive() else {
            throw ClassificationError(.notSolvable, "the examples' similarities cannot be solved for")
        }
        let share = 1 / Double(classCount)
        let targets = classes.map { own in (0..<classCount).map { ($0 == own ? 1 : 0) - share } }
        self.inverse = inverse
        self.targets = targets
        offsets = Array(repeating: share, count: classCount)
        weights = inverse.multiplied(by: targets)
    }

    /// The scores of a text by class, from its similarity with each example.
    func scores(_ similarities: [Float]) -> [Double] {
        var scores = offsets
        for (index, similarity) in similarities.enumerated() where similarity != 0 {
            for column in scores.indices { scores[column] += weights[index][column] * Double(similarity) }
        }
        return scores
    }

    /// The scores that each example would get from a regression without its own group.
    func scores(leavingOut groups: [[Int]]) -> [[Double]] {
        var result = targets
        for group in groups {
            var block = SquareMatrix(count: group.count)
            for (row, first) in group.enumerated() {
                for (column, second) in group.enumerated() { block[row, column] = inverse[first, second] }
            }
            // A block on the diagonal of a positive matrix is positive.
            guard let solved = block.inverseOfPositive() else { continue }
            let errors = solved.multiplied(by: group.map { weights[$0] })
            for (row, index) in group.enumerated() {
                result[index] = zip(targets[index], errors[row]).enumerated().map {
                    $0.element.0 - $0.element.1 + offsets[$0.offset]
                }
            }
        }
        return result
    }
}
