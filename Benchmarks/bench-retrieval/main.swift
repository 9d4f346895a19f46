import Embeddings
import Glibc
import QuestionData
import Retrieval

// Is the answer to a question in one of the five best passages (at most 300 words each)? Measured through the code that
// serves a lecture: chunker, embedder, index. "own" searches the article that the question is about, "all" every one.

do {
    let arguments = try Arguments(CommandLine.arguments)
    let clock = ContinuousClock()
    NativeEmbedder.prepareProcess()
    let embedder = NativeEmbedder(modelFolder: arguments.model, threads: 2)
    let set = try QuestionSet(folder: arguments.data)

    let articles = try await IndexedArticles(set, embedder: embedder, file: arguments.vectors)
    let (index, questionVectors) = (articles.index, articles.questionVectors)

    print(
        "\(set.articles.count) articles, \(set.questions.count) questions, \(articles.chunkCount) chunks,",
        "\(articles.vectorCount) vectors")
    print("BLAS core \(try NativeEmbedder.coreName()), index \(rounded(Double(index.byteCount) / 1e6, 1)) MB")
    print(
        "chunking \(rounded(articles.chunking, 2)) s, embedding \(rounded(articles.embedding, 1)) s\(articles.isFresh ? "" : " (from the file)"),",
        "indexing \(rounded(articles.indexing, 2)) s")
    print("")
    print(
        "answer in the 5 best passages     own article            all articles           ms per search (median, 95 %)")
    print("                                  by place   by text     by place   by text     own           all")

    for (name, usesWords, usesVectors) in [("BM25", true, false), ("vectors", false, true), ("hybrid", true, true)] {
        var line = name + String(repeating: " ", count: 34 - name.count)
        var times = ""
        for ownOnly in [true, false] {
            var byPlace = 0
            var byText = 0
            var milliseconds: [Double] = []
            for (number, question) in set.questions.enumerated() {
                let begin = clock.now
                let passages = index.search(
                    query: usesWords ? question.text : "", queryVector: usesVectors ? questionVectors[number] : nil,
                    documentIDs: ownOnly ? [question.articleID] : nil)
                milliseconds.append(seconds(clock.now - begin) * 1000)
                guard passages.allSatisfy({ $0.text.split(whereSeparator: \.isWhitespace).count <= 300 }) else {
                    throw BenchmarkFailure("a passage has more than 300 words")
                }
                let found = passages.contains {
                    $0.documentID == question.articleID && $0.characterRange.lowerBound <= question.range.lowerBound
                        && $0.characterRange.upperBound >= question.range.upperBound
                }
                if found { byPlace += 1 }
                let answer = normalised(question.answer)
                if passages.contains(where: { normalised($0.text).contains(answer) }) { byText += 1 }
            }
            milliseconds.sort()
            let all = Double(max(1, set.questions.count))
            line += "\(rounded(Double(byPlace) / all, 4))     \(rounded(Double(byText) / all, 4))      "
            let median = milliseconds.isEmpty ? 0 : milliseconds[milliseconds.count / 2]
            let late = milliseconds.isEmpty ? 0 : milliseconds[milliseconds.count * 95 / 100]
            times += "\(rounded(median, 2)), \(rounded(late, 2))    "
        }
        print(line + times)
    }
} catch {
    print("bench-retrieval: \(error)")
    exit(1)
}
