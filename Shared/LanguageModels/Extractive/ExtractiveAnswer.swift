/// Sentences of the material that answer a question, in the order of the document.
package struct ExtractiveAnswer: Sendable, Hashable {
    package struct Sentence: Sendable, Hashable {
        package var text: String
        package var citation: Citation

        package init(text: String, citation: Citation) {
            self.text = text
            self.citation = citation
        }
    }

    /// Empty when the material does not hold the answer.
    package var sentences: [Sentence]
    /// How much of the question is covered, 0 to 1.
    package var confidence: Double

    package init(sentences: [Sentence], confidence: Double) {
        self.sentences = sentences
        self.confidence = confidence
    }

    package static let notFound = ExtractiveAnswer(sentences: [], confidence: 0)

    package var isFound: Bool { !sentences.isEmpty }
}
