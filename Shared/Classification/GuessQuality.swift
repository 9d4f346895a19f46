/// How good guesses with confidences are, counted guess by guess.
package struct GuessQuality: Sendable {
    /// By right class, then guessed class.
    package private(set) var confusion: [[Int]]
    private var bins: [(count: Int, confidence: Double, right: Int)]

    /// - Parameter binCount: Into how many steps of confidence the calibration error is split.
    package init(classCount: Int, binCount: Int = 10) {
        confusion = Array(repeating: Array(repeating: 0, count: classCount), count: classCount)
        bins = Array(repeating: (0, 0, 0), count: binCount)
    }

    package mutating func count(right: Int, guessed: Int, confidence: Double) {
        confusion[right][guessed] += 1
        let bin = min(Int(confidence * Double(bins.count)), bins.count - 1)
        bins[bin].count += 1
        bins[bin].confidence += confidence
        bins[bin].right += right == guessed ? 1 : 0
    }

    /// The share of each class that was recognised; a class without guesses counts as 1.
    package var recalls: [Double] {
        confusion.enumerated().map { index, row in
            let total = row.reduce(0, +)
            return total == 0 ? 1 : Double(row[index]) / Double(total)
        }
    }

    /// The mean of the recalls: each class counts alike however many guesses it has.
    package var macroRecall: Double { recalls.reduce(0, +) / Double(max(recalls.count, 1)) }

    /// The expected calibration error: by how much the confidence is off, on average over steps of confidence.
    package var calibrationError: Double {
        let total = bins.reduce(0) { $0 + $1.count }
        guard total > 0 else { return 0 }
        return bins.reduce(0) { $0 + abs($1.confidence - Double($1.right)) } / Double(total)
    }
}
