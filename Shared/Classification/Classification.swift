/// What a text was found to be.
package struct Classification: Sendable, Hashable {
    /// A label with the probability that it is the right one.
    package struct Guess: Sendable, Hashable {
        package var label: String
        /// 0 to 1. Calibrated: of all guesses with confidence 0.8, about eight in ten are right.
        package var confidence: Double

        package init(label: String, confidence: Double) {
            self.label = label
            self.confidence = confidence
        }
    }

    /// An example that lies near the text.
    package struct Neighbour: Sendable, Hashable {
        package var example: LabelledExample
        /// 1 for the same text, about 0 for nothing in common.
        package var similarity: Double

        package init(example: LabelledExample, similarity: Double) {
            self.example = example
            self.similarity = similarity
        }
    }

    package var best: Guess
    package var secondBest: Guess
    /// The nearest examples of the label that was chosen, nearest first; at most `neighboursMax`.
    package var neighbours: [Neighbour]
    /// Words of the text that speak for the label, most telling first; at most `tellingWordsMax`.
    package var tellingWords: [String]
    /// False when the text was judged by its words alone because there is no embedder.
    package var usesMeaning: Bool

    package static let neighboursMax = 3
    package static let tellingWordsMax = 4

    package init(
        best: Guess, secondBest: Guess, neighbours: [Neighbour], tellingWords: [String], usesMeaning: Bool
    ) {
        self.best = best
        self.secondBest = secondBest
        self.neighbours = neighbours
        self.tellingWords = tellingWords
        self.usesMeaning = usesMeaning
    }

    /// The reason in a sentence for a person: the nearest example and the telling words. Contains words of the text.
    package var reason: String {
        var parts: [String] = []
        if let nearest = neighbours.first, nearest.similarity > 0 {
            parts.append("similar to the example “\(nearest.example.text)”")
        }
        if !tellingWords.isEmpty {
            parts.append("telling words: \(tellingWords.joined(separator: ", "))")
        }
        return parts.isEmpty ? "no example is near" : parts.joined(separator: "; ")
    }
}
