import Testing

@testable import Classification

@Suite("Kernel ridge regression")
struct RidgeRegressionTests {
    /// Points on a line with three classes, and a kernel that falls with distance.
    private let points: [Double] = [0, 0.1, 0.3, 1, 1.2, 1.25, 2, 2.2, 2.7]
    private let classes = [0, 0, 0, 1, 1, 1, 2, 2, 2]

    private func kernel(_ points: [Double]) -> SquareMatrix {
        var matrix = SquareMatrix(count: points.count)
        for row in points.indices {
            for column in points.indices {
                let distance = points[row] - points[column]
                matrix[row, column] = 1 / (1 + distance * distance)
            }
        }
        return matrix
    }

    private func similarities(_ point: Double, to points: [Double]) -> [Float] {
        points.map { Float(1 / (1 + (point - $0) * (point - $0))) }
    }

    @Test("a positive matrix times its inverse is the unit matrix")
    func inverse() throws {
        var matrix = kernel(points)
        for index in points.indices { matrix[index, index] += 0.1 }
        let inverse = try #require(matrix.inverseOfPositive())
        for row in points.indices {
            for column in points.indices {
                let sum = points.indices.reduce(0) { $0 + matrix[row, $1] * inverse[$1, column] }
                #expect(abs(sum - (row == column ? 1 : 0)) < 1e-9)
            }
        }
    }

    @Test("a matrix that is not positive has none")
    func notPositive() {
        var matrix = SquareMatrix(count: 2)
        (matrix[0, 0], matrix[0, 1], matrix[1, 0], matrix[1, 1]) = (1, 2, 2, 1)
        #expect(matrix.inverseOfPositive() == nil)
    }

    @Test("the guesses for left-out groups are those of a regression that never saw them")
    func leavingOut() throws {
        let groups = [[0, 1], [2], [3, 5], [4, 6], [7], [8]]
        let regression = try RidgeRegression(
            kernel: kernel(points), classes: classes, classCount: 3, regularisation: 0.2)
        let held = regression.scores(leavingOut: groups)
        for group in groups {
            let kept = points.indices.filter { !group.contains($0) }
            let keptPoints = kept.map { points[$0] }
            let without = try RidgeRegression(
                kernel: kernel(keptPoints), classes: kept.map { classes[$0] }, classCount: 3, regularisation: 0.2)
            for index in group {
                let scores = without.scores(similarities(points[index], to: keptPoints))
                for (one, other) in zip(scores, held[index]) { #expect(abs(one - other) < 1e-5) }
            }
        }
    }

    @Test("a new point gets the class of its neighbours", arguments: [(0.2, 0), (1.1, 1), (2.5, 2)])
    func guesses(point: Double, expected: Int) throws {
        let regression = try RidgeRegression(
            kernel: kernel(points), classes: classes, classCount: 3, regularisation: 0.1)
        let scores = regression.scores(similarities(point, to: points))
        #expect(scores.indices.max { scores[$0] < scores[$1] } == expected)
    }
}
