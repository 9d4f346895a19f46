import Classification
import Testing

@Suite("Confidence")
struct CalibrationTests {
    @Test("probabilities add up to one, also for scores far apart")
    func sums() {
        for scores in [[0.1, 0.2, 0.3], [1_000, -1_000, 0], [0, 0, 0]] {
            let probabilities = Calibration(sharpness: 20).probabilities(scores)
            #expect(abs(probabilities.reduce(0, +) - 1) < 1e-9)
            #expect(probabilities.allSatisfy { $0.isFinite && $0 >= 0 })
        }
    }

    @Test("guesses that are right three times in four get a confidence of three quarters")
    func fits() {
        let guesses = (0..<400).map { (scores: [0.6, 0.4], right: $0 % 4 == 0 ? 1 : 0) }
        let calibration = Calibration(fitting: guesses)
        #expect(abs(calibration.probabilities([0.6, 0.4])[0] - 0.75) < 0.01)
    }

    @Test("scores that tell nothing get little confidence, scores that are always right a lot")
    func extremes() {
        let useless = Calibration(fitting: (0..<100).map { (scores: [0.9, 0.1], right: $0 % 2) })
        #expect(useless.probabilities([0.9, 0.1])[0] < 0.75)
        let perfect = Calibration(fitting: (0..<100).map { _ in (scores: [0.9, 0.1], right: 0) })
        #expect(perfect.probabilities([0.9, 0.1])[0] > 0.99)
    }

    @Test("recall and calibration error are counted as defined")
    func quality() {
        var quality = GuessQuality(classCount: 2)
        for _ in 0..<3 { quality.count(right: 0, guessed: 0, confidence: 0.95) }
        quality.count(right: 0, guessed: 1, confidence: 0.95)
        quality.count(right: 1, guessed: 1, confidence: 0.55)
        #expect(quality.confusion == [[3, 1], [0, 1]])
        #expect(quality.recalls == [0.75, 1])
        #expect(quality.macroRecall == 0.875)
        // Four guesses of 0.95 of which three are right, one of 0.55 that is right.
        #expect(abs(quality.calibrationError - (0.8 + 0.45) / 5) < 1e-9)
        #expect(GuessQuality(classCount: 2).calibrationError == 0)
    }
}
