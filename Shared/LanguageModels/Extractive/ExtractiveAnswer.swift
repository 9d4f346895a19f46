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
    package var citations: [Citation] { sentences.map(\.citation) }

    /// The answer as it is shown, in pieces: one for each sentence, with its citation's number. When nothing was found, one
    /// sentence that says so in the language of the question.
    package func pieces(for question: String) -> [String] {
        guard isFound else { return [NotFoundText.text(for: question)] }
        return sentences.enumerated().map { index, sentence in
            (index == 0 ? "" : " ") + "\(sentence.text) [\(sentence.citation.number)]"
        }
    }
}

/// The honest sentence, in the languages that the engine recognises.
package enum NotFoundText {
    package static func text(for question: String) -> String {
        texts[TextLanguage.guess(WordList(question).words).code] ?? english
    }

    private static let english = "Your material does not seem to hold the answer to this question."
    private static let texts = [
        "de": "Die Unterlagen scheinen keine Antwort auf diese Frage zu enthalten.",
        "fr": "Vos documents ne semblent pas contenir la réponse à cette question.",
        "es": "Su material no parece contener la respuesta a esta pregunta.",
        "it": "Il materiale non sembra contenere la risposta a questa domanda.",
        "pt": "O seu material não parece conter a resposta a esta pergunta.",
        "nl": "Het materiaal lijkt het antwoord op deze vraag niet te bevatten.",
    ]
}
