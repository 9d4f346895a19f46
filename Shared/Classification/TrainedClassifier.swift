/// What was learned from examples: a value that judges texts without I/O.
struct TrainedClassifier: Sendable {
    let examples: ExampleSet
    let options: ClassifierOptions
    let calibration: Calibration
    /// How good it is on examples that were left out, a whole group at a time.
    let quality: GuessQuality

    private let lexical: LexicalIndex
    /// Nil when only words count.
    private let meaning: MeaningIndex?
    private let regression: RidgeRegression

    /// Work of the third power of the number of examples: some 50 ms for 400 in a release build.
    init(_ examples: ExampleSet, vectors: [[Float]]?, options: ClassifierOptions) throws(ClassificationError) {
        self.examples = examples
        self.options = options
        let meaning = vectors.map { MeaningIndex($0, focus: options.focus) }
        self.meaning = meaning
        let lexical = LexicalIndex(examples.examples.map(\.text))
        self.lexical = lexical
        var kernel = SquareMatrix(count: examples.examples.count)
        for row in 0..<kernel.count {
            let similarities = Self.similarities(
                lexical: lexical.similarities(to: lexical.vectors[row]), meaning: meaning, vector: vectors?[row],
                share: options.lexicalShare)
            for column in 0..<kernel.count { kernel[row, column] = Double(similarities[column]) }
        }
        let classes = examples.examples.map { examples.labels.firstIndex(of: $0.label) ?? 0 }
        let regression = try RidgeRegression(
            kernel: kernel, classes: classes, classCount: examples.labels.count, regularisation: options.regularisation)
        self.regression = regression
        let held = regression.scores(leavingOut: Self.groups(of: examples))
        let calibration = Calibration(fitting: Array(zip(held, classes)).map { (scores: $0, right: $1) })
        self.calibration = calibration
        var quality = GuessQuality(classCount: examples.labels.count)
        for (scores, right) in zip(held, classes) {
            let guess = Self.ranked(calibration.probabilities(scores))[0]
            quality.count(right: right, guessed: guess.offset, confidence: guess.element)
        }
        self.quality = quality
    }

    /// Whether a text must come with its vector.
    var usesVectors: Bool { meaning != nil }

    /// - Parameter vector: The text's vector; must be there when the classifier was trained with vectors.
    func classify(_ text: String, vector: [Float]?) -> Classification {
        let features = LexicalFeatures(text)
        let sparse = lexical.vector(of: features)
        let similarities = Self.similarities(
            lexical: lexical.similarities(to: sparse), meaning: meaning, vector: vector, share: options.lexicalShare)
        let ranking = Self.ranked(calibration.probabilities(regression.scores(similarities)))
        let (best, second) = (ranking[0], ranking[1])
        return Classification(
            best: .init(label: examples.labels[best.offset], confidence: best.element),
            secondBest: .init(label: examples.labels[second.offset], confidence: second.element),
            neighbours: neighbours(similarities, label: examples.labels[best.offset]),
            tellingWords: tellingWords(features, sparse, classIndex: best.offset),
            usesMeaning: usesVectors)
    }

    // MARK: Similarity

    private static func similarities(
        lexical: [Float], meaning: MeaningIndex?, vector: [Float]?, share: Double
    ) -> [Float] {
        guard let meaning, let vector else { return lexical }
        return zip(lexical, meaning.similarities(to: vector)).map { Float(share) * $0 + Float(1 - share) * $1 }
    }

    // MARK: Reasons

    private func neighbours(_ similarities: [Float], label: String) -> [Classification.Neighbour] {
        similarities.indices.filter { examples.examples[$0].label == label }
            .sorted { similarities[$0] > similarities[$1] }.prefix(Classification.neighboursMax)
            .map { .init(example: examples.examples[$0], similarity: Double(similarities[$0])) }
    }

    /// The words whose part in the score of the class is largest.
    private func tellingWords(_ features: LexicalFeatures, _ sparse: SparseVector, classIndex: Int) -> [String] {
        let weights = Dictionary(sparse.entries.map { ($0.feature, $0) }, uniquingKeysWith: { first, _ in first })
        var seen: Set<String> = []
        var found: [(word: String, part: Double)] = []
        for word in features.words where seen.insert(word).inserted {
            guard let entry = weights[LexicalFeatures.feature(word)] else { continue }
            let part = lexical.contributions(of: entry).reduce(0.0) {
                $0 + regression.weights[$1.example][classIndex] * Double($1.product)
            }
            if part > 0.002 { found.append((word, part)) }
        }
        return found.sorted { $0.part > $1.part }.prefix(Classification.tellingWordsMax).map(\.word)
    }

    private static func ranked(_ probabilities: [Double]) -> [(offset: Int, element: Double)] {
        probabilities.enumerated().sorted { $0.element > $1.element }
    }

    private static func groups(of examples: ExampleSet) -> [[Int]] {
        Array(Dictionary(grouping: examples.examples.indices) { examples.examples[$0].group }.values)
    }
}
