internal import Glibc

/// Turns scores into probabilities by a softmax whose sharpness was fitted to guesses about examples that were left out
/// (temperature scaling: Guo and others, "On calibration of modern neural networks", ICML 2017).
package struct Calibration: Sendable, Hashable {
    /// What scores are multiplied with before the softmax.
    package let sharpness: Double

    package init(sharpness: Double) { self.sharpness = sharpness }

    /// The sharpness under which the right classes are most probable.
    ///
    /// - Parameter guesses: Scores by class and the right class.
    package init(fitting guesses: [(scores: [Double], right: Int)]) {
        func loss(_ logarithm: Double) -> Double {
            let calibration = Calibration(sharpness: exp(logarithm))
            return guesses.reduce(0) { $0 - log(max(calibration.probabilities($1.scores)[$1.right], 1e-12)) }
        }
        // The loss has one minimum: golden section between sharpness 1 and 150.
        let ratio = (5.0.squareRoot() - 1) / 2
        var (low, high) = (0.0, log(150.0))
        for _ in 0..<24 {
            let (first, second) = (high - ratio * (high - low), low + ratio * (high - low))
            if loss(first) < loss(second) { high = second } else { low = first }
        }
        sharpness = exp((low + high) / 2)
    }

    /// A probability for each class; they add up to one.
    package func probabilities(_ scores: [Double]) -> [Double] {
        let top = scores.max() ?? 0
        let powers = scores.map { exp(($0 - top) * sharpness) }
        let sum = powers.reduce(0, +)
        return powers.map { $0 / sum }
    }
}
