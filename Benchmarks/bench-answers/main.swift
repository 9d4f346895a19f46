import Embeddings
import Glibc
import LanguageModels
import QuestionData
import Retrieval

// What the extractive engine makes of questions whose answers are known. Asked of the question's own article: does it
// answer, and is the answer in the sentences that it gives? Asked of another article: does it say that the material does
// not hold the answer? The articles are about one field, so that here and there another one does hold it.
//
// The engine's figures were chosen on the articles with even numbers; those with odd ones check them.

extension SourcePassage {
    /// A passage as chat has it from ingest.
    init(_ found: ScoredPassage) {
        self.init(
            id: found.chunkID, lectureID: found.documentID, lectureName: found.documentTitle,
            heading: found.headingPath.joined(separator: " › "), text: found.text,
            pageStarts: [PageStart(page: 1, offset: 0)],
            nearness: found.nearness.map {
                Nearness(offset: found.codePoints(of: $0.start..<$0.start).lowerBound, similarity: $0.similarity)
            })
    }
}

/// What was counted over some questions.
struct Tally {
    var questions = 0
    var answered = 0
    var right = 0
    var refusedElsewhere = 0

    var line: String {
        func share(_ count: Int) -> String { rounded(Double(count) / Double(max(1, questions)), 3) }
        return "\(questions) questions: answered \(share(answered)), right \(share(right)), "
            + "right among those answered \(rounded(Double(right) / Double(max(1, answered)), 3)); "
            + "asked elsewhere, refused \(share(refusedElsewhere))"
    }
}

/// Whether a sentence has the answer in it, or is a part of an answer of several sentences.
func holds(_ sentence: String, _ answer: String) -> Bool {
    sentence.contains(answer) || (sentence.count > 20 && answer.contains(sentence))
}

do {
    let arguments = try Arguments(CommandLine.arguments)
    NativeEmbedder.prepareProcess()
    let embedder = NativeEmbedder(modelFolder: arguments.model, threads: 2)
    let set = try QuestionSet(folder: arguments.data)
    let articles = try await IndexedArticles(set, embedder: embedder, file: arguments.vectors)
    let engine = ExtractiveAnswerer()
    let ids = set.articles.map(\.id)
    print("\(set.articles.count) articles, \(set.questions.count) questions, five passages each")

    for (name, usesVectors) in [("words and meaning", true), ("words alone", false)] {
        var tallies = [Tally(), Tally()]
        for (number, question) in set.questions.enumerated() {
            let place = ids.firstIndex(of: question.articleID) ?? 0
            func answer(from article: String) -> ExtractiveAnswer {
                let found = articles.index.search(
                    query: question.text, queryVector: usesVectors ? articles.questionVectors[number] : nil,
                    documentIDs: [article])
                return engine.answer(question: question.text, passages: found.map { SourcePassage($0) })
            }
            let own = answer(from: question.articleID)
            let wanted = normalised(question.answer)
            tallies[place % 2].questions += 1
            tallies[place % 2].answered += own.isFound ? 1 : 0
            tallies[place % 2].right += own.sentences.contains { holds($0.text, wanted) } ? 1 : 0
            tallies[place % 2].refusedElsewhere += answer(from: ids[(place + 37) % ids.count]).isFound ? 0 : 1
        }
        print("\(name), even articles: \(tallies[0].line)")
        print("\(name), odd articles:  \(tallies[1].line)")
    }
} catch {
    print("bench-answers: \(error)")
    exit(1)
}
