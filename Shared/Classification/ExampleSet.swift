/// The examples that a classifier learns from.
///
/// As text: `[label]` begins the examples of a label, each line is one example, an empty line parts groups of examples that
/// say the same, and lines that begin with `#` are comments.
package struct ExampleSet: Sendable, Hashable {
    /// The labels, in the order of their first mention.
    package let labels: [String]
    package let examples: [LabelledExample]

    /// A classifier with more would take too long to train: the work grows with the third power.
    package static let examplesMax = 2_000

    /// - Throws: `ClassificationError` when there are fewer than two labels or more examples than `examplesMax`.
    package init(_ examples: [LabelledExample]) throws(ClassificationError) {
        var labels: [String] = []
        for example in examples where !labels.contains(example.label) { labels.append(example.label) }
        guard labels.count >= 2 else {
            throw ClassificationError(.badExamples, "there must be examples of at least two labels")
        }
        guard examples.count <= Self.examplesMax else {
            throw ClassificationError(.badExamples, "there are more than \(Self.examplesMax) examples")
        }
        self.labels = labels
        self.examples = examples
    }

    /// - Throws: `ClassificationError` naming the first line that is wrong.
    package init(parsing text: String) throws(ClassificationError) {
        var examples: [LabelledExample] = []
        var label: String?
        var group = 0
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let words = line.split(whereSeparator: \.isWhitespace).joined(separator: " ")
            if words.hasPrefix("#") { continue }
            if words.isEmpty {
                group += 1
            } else if words.hasPrefix("["), words.hasSuffix("]") {
                label = String(words.dropFirst().dropLast())
                group += 1
            } else if let label {
                examples.append(LabelledExample(text: words, label: label, group: group))
            } else {
                throw ClassificationError(.badExamples, "line \(index + 1) stands before the first [label]")
            }
        }
        try self.init(examples)
    }
}
