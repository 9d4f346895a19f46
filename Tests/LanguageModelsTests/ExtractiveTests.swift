import LanguageModels
import Testing

/// A lecture of the tests' own, as a search would hand it out: three passages over four pages.
private let regression = [
    passage(
        "p1", page: 2,
        """
        Linear regression models the relation between an input and a numeric target by a straight line. The weights of the \
        line are found by minimising the mean squared error. The method of least squares was published by Adrien-Marie \
        Legendre in 1805.
        """),
    passage(
        "p2", page: 5,
        """
        Gradient descent is an iterative algorithm that moves the weights against the gradient of the loss. The learning rate \
        decides how large each step is. If the learning rate is too high, the loss diverges because every step jumps over the \
        minimum. In our experiments the loss converged after 340 iterations.
        """),
    passage(
        "p3", page: 9,
        """
        Overfitting means that a model memorises noise of the training data and performs poorly on new data. It can be \
        reduced by regularisation, by early stopping and by collecting more data. What would happen with fewer features?
        """),
]

private func passage(
    _ id: String, page: Int, lecture: String = "Machine learning", _ text: String
) -> SourcePassage {
    SourcePassage(
        id: id, lectureID: "l-\(lecture)", lectureName: lecture, text: text,
        pageStarts: [SourcePassage.PageStart(page: page, offset: 0)])
}

@Suite struct `The extractive engine` {
    @Test(arguments: [
        ("What is gradient descent?", "Gradient descent is an iterative algorithm", 5),
        ("What does overfitting mean?", "Overfitting means that a model memorises noise", 9),
        ("Who published the method of least squares?", "Adrien-Marie Legendre", 2),
        ("When was least squares published?", "1805", 2),
        ("How many iterations did it take until the loss converged?", "340 iterations", 5),
        ("Why does the loss diverge when the learning rate is high?", "because every step jumps over the minimum", 5),
        ("How can overfitting be reduced?", "regularisation, by early stopping", 9),
        ("How are the weights of a linear regression found?", "minimising the mean squared error", 2),
        ("gradient descent", "Gradient descent is an iterative algorithm", 5),
    ])
    func `finds the sentence that answers`(question: String, expected: String, page: Int) {
        let answer = ExtractiveAnswerer().answer(question: question, passages: regression)
        #expect(answer.sentences.contains { $0.text.contains(expected) }, "\(answer.sentences.map(\.text))")
        #expect(answer.sentences.contains { $0.text.contains(expected) && $0.citation.page == page })
        #expect(answer.sentences.count <= 4)
    }

    @Test(arguments: [
        "Who won the football world cup in 1954?", "What is the capital of France?", "How do I bake an apple pie?",
        "Which enzyme splits starch?", "When did the Roman empire fall?", "Explain the French revolution.",
        "What are the symptoms of measles?", "How tall is Mount Everest?",
    ])
    func `says that the material does not hold the answer`(question: String) {
        let answer = ExtractiveAnswerer().answer(question: question, passages: regression)
        #expect(!answer.isFound, "\(answer.sentences.map(\.text)) \(answer.confidence)")
        #expect(answer.pieces(for: question) == ["Your material does not seem to hold the answer to this question."])
    }

    @Test func `quotes word for word and gives the sentences in the order of the document`() {
        for question in ["How does the learning rate change the loss?", "What is done against overfitting?"] {
            let answer = ExtractiveAnswerer().answer(question: question, passages: regression.reversed())
            let pages = answer.citations.map(\.page)
            #expect(pages == pages.sorted())
            #expect(answer.citations.map(\.number) == Array(1...max(1, answer.citations.count)))
            for citation in answer.citations {
                let passage = regression.first { $0.id == citation.passageID }
                #expect(passage.map(citation.isContained) == true)
            }
        }
    }

    @Test func `does not say the same twice`() {
        let twice = regression + [passage("copy", page: 1, lecture: "Statistics", regression[1].text)]
        let answer = ExtractiveAnswerer().answer(question: "What is gradient descent?", passages: twice)
        #expect(answer.sentences.count { $0.text.contains("Gradient descent is an iterative") } == 1)
    }

    @Test func `tells the page of a sentence within a passage over two pages`() {
        var both = regression[0]
        let first = both.text.unicodeScalars.count
        both.text += "\n" + regression[1].text
        both.pageStarts = [.init(page: 2, offset: 0), .init(page: 3, offset: first + 1)]
        let answer = ExtractiveAnswerer().answer(
            question: "What does the learning rate decide?", passages: [both])
        #expect(answer.citations.first?.page == 3)
    }

    @Test func `understands a question after the one before`() {
        let engine = ExtractiveAnswerer()
        let answer = engine.answer(
            question: "And how can it be reduced?", earlier: "What does overfitting mean?", passages: regression)
        #expect(answer.sentences.contains { $0.text.contains("early stopping") })
        #expect(FollowUp.leans("And how can it be reduced?", on: "What does overfitting mean?"))
        #expect(!FollowUp.leans("What is the learning rate of gradient descent?", on: "What does overfitting mean?"))
        #expect(!FollowUp.leans("And how?", on: nil))
    }

    @Test func `works in other languages`() {
        let german = [
            passage(
                "d", page: 3,
                """
                Die Photosynthese ist der Prozess, mit dem Pflanzen Lichtenergie in chemische Energie umwandeln. Sie findet \
                in den Chloroplasten statt. Der Calvin-Zyklus wurde 1950 von Melvin Calvin beschrieben.
                """)
        ]
        let what = ExtractiveAnswerer().answer(question: "Was ist die Photosynthese?", passages: german)
        #expect(what.sentences.first?.text.hasPrefix("Die Photosynthese ist der Prozess") == true)
        let who = ExtractiveAnswerer().answer(question: "Wer beschrieb den Calvin-Zyklus?", passages: german)
        #expect(who.sentences.contains { $0.text.contains("Melvin Calvin") })
        let off = ExtractiveAnswerer().answer(
            question: "Wie heißt die Hauptstadt von Österreich?", passages: german)
        #expect(!off.isFound)
        #expect(off.pieces(for: "Wie heißt die Hauptstadt von Österreich?").first?.hasPrefix("Die Unterlagen") == true)

        let spanish = [
            passage(
                "s", page: 1,
                """
                El descenso de gradiente es un algoritmo iterativo que minimiza la función de pérdida. La tasa de aprendizaje \
                determina el tamaño de cada paso.
                """)
        ]
        let que = ExtractiveAnswerer().answer(question: "¿Qué es el descenso de gradiente?", passages: spanish)
        #expect(que.sentences.first?.text.contains("algoritmo iterativo") == true)

        let japanese = [passage("j", page: 1, "光合成は植物が光エネルギーを化学エネルギーに変換する過程である。葉緑体で行われる。")]
        let nani = ExtractiveAnswerer().answer(question: "光合成とは何ですか", passages: japanese)
        #expect(nani.sentences.first?.text.contains("光合成は") == true)
    }

    @Test func `bears anything`() {
        let engine = ExtractiveAnswerer()
        let odd = [
            "", "?", "   ", "the of and", "\u{0}\u{FFFD}", String(repeating: "word ", count: 2_000), "🙂🙂", "1",
            "a\u{301}",
        ]
        for question in odd {
            for text in odd {
                _ = engine.answer(question: question, passages: [passage("x", page: 1, text)])
            }
            _ = engine.answer(question: question, passages: [])
            let none = SourcePassage(id: "n", lectureID: "l", lectureName: "", text: "Nothing.", pageStarts: [])
            _ = engine.answer(question: question, passages: [none])
        }
    }

    /// The passages as a search gives them that knows how near each sentence is.
    private static func near(_ nearness: [(start: String, similarity: Double)]) -> [SourcePassage] {
        regression.map { passage in
            var passage = passage
            passage.nearness = nearness.compactMap { entry in
                passage.text.firstRange(of: entry.start).map { range in
                    SourcePassage.Nearness(
                        offset: passage.text[..<range.lowerBound].unicodeScalars.count, similarity: entry.similarity)
                }
            }
            if passage.nearness.isEmpty { passage.nearness = [.init(offset: 0, similarity: 0.1)] }
            return passage
        }
    }

    @Test func `a paraphrase without a word in common is answered by meaning`() {
        let question = "Why do networks generalise badly?"
        #expect(!ExtractiveAnswerer().answer(question: question, passages: regression).isFound)
        let found = ExtractiveAnswerer().answer(
            question: question, passages: Self.near([("Overfitting", 0.7), ("It can be", 0.2)]))
        #expect(found.sentences.first?.text.hasPrefix("Overfitting") == true)
        let far = ExtractiveAnswerer().answer(
            question: question, passages: Self.near([("Overfitting", 0.4), ("It can be", 0.2)]))
        #expect(!far.isFound)
    }

    @Test func `some words in common do not answer when the meaning is far`() {
        let question = "Which rate does gradient descent of mountains have?"
        #expect(ExtractiveAnswerer().answer(question: question, passages: regression).isFound)
        #expect(!ExtractiveAnswerer().answer(question: question, passages: Self.near([("Gradient", 0.05)])).isFound)
    }

    @Test(arguments: [
        "Who discovered rubisco?", "Who found out about rubisco?", "When was rubisco discovered?",
        "How many genes encode rubisco?",
    ])
    func `without a person, a date or a number there is no answer to who, when and how many`(question: String) {
        let enzymes = [
            passage(
                "e", page: 6,
                """
                Rubisco is probably the most abundant protein on Earth. The enzyme rubisco joins carbon dioxide to a \
                sugar in the Calvin cycle. Genes for rubisco lie in the nucleus and in the chloroplast.
                """)
        ]
        #expect(!ExtractiveAnswerer().answer(question: question, passages: enzymes).isFound)
    }

    @Test(arguments: [
        ("Who discovered rubisco?", "Sam Wildman"), ("When was rubisco discovered?", "1947"),
        ("How many subunits does rubisco have?", "sixteen subunits"), ("Who uses rubisco?", "Researchers use rubisco"),
        ("Who was Sam Wildman?", "Sam Wildman was a plant physiologist"),
        ("When does rubisco rest?", "by night"),
    ])
    func `with one there is`(question: String, expected: String) {
        let enzymes = [
            passage(
                "e", page: 6,
                """
                Rubisco was discovered in 1947 by Sam Wildman. Rubisco has eight large and eight small, together \
                sixteen subunits. Researchers use rubisco as a marker. Rubisco rests by night.
                """),
            passage("w", page: 7, "Sam Wildman was a plant physiologist. He worked in California."),
        ]
        let answer = ExtractiveAnswerer().answer(question: question, passages: enzymes)
        #expect(answer.sentences.contains { $0.text.contains(expected) }, "\(answer.sentences.map(\.text))")
    }
}
