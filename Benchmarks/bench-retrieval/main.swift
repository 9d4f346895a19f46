import Embeddings
import Glibc
import Retrieval

// Is the answer to a question in one of the five best passages (at most 300 words each)? Measured through the code that
// serves a lecture: chunker, embedder, index. "own" searches the article that the question is about, "all" every one.

func seconds(_ duration: Duration) -> Double {
    Double(duration.components.seconds) + Double(duration.components.attoseconds) * 1e-18
}

func rounded(_ value: Double, _ digits: Int) -> String {
    var scale = 1.0
    for _ in 0..<digits { scale *= 10 }
    let whole = Int((value * scale).rounded())
    guard digits > 0 else { return "\(whole)" }
    let fraction = String(abs(whole) % Int(scale))
    return "\(whole < 0 ? "-" : "")\(abs(whole) / Int(scale))."
        + String(repeating: "0", count: digits - fraction.count) + fraction
}

/// The text with every run of white space as one space.
func normalised(_ text: String) -> String {
    text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
}

do {
    let arguments = try Arguments(CommandLine.arguments)
    let clock = ContinuousClock()
    NativeEmbedder.prepareProcess()
    let embedder = NativeEmbedder(modelFolder: arguments.model, threads: 2)
    let set = try QuestionSet(folder: arguments.data)

    var start = clock.now
    let chunksOfArticles = set.articles.map { Chunker().chunks(of: [SourcePage(number: 1, text: $0.text)]) }
    let chunks = chunksOfArticles.flatMap(\.self)
    let chunking = seconds(clock.now - start)
    start = clock.now
    let (blocks, isFresh) = try await VectorCache.vectors(of: chunks, by: embedder, file: arguments.vectors)
    let embedding = seconds(clock.now - start)
    let questionVectors = try await embedder.embed(set.questions.map(\.text))
    start = clock.now
    var documents: [IndexedDocument] = []
    var next = 0
    for (article, chunks) in zip(set.articles, chunksOfArticles) {
        let stored = chunks.enumerated().map { offset, chunk in
            IndexedDocument.StoredChunk(id: "\(article.id)-\(offset)", chunk: chunk, vectors: blocks[next + offset])
        }
        documents.append(IndexedDocument(id: article.id, title: article.title, chunks: stored))
        next += chunks.count
    }
    let index = SearchIndex(documents: documents)
    let indexing = seconds(clock.now - start)

    let units = chunks.reduce(0) { $0 + $1.units.count }
    print("\(set.articles.count) articles, \(set.questions.count) questions, \(chunks.count) chunks, \(units) vectors")
    print("BLAS core \(try NativeEmbedder.coreName()), index \(rounded(Double(index.byteCount) / 1e6, 1)) MB")
    print(
        "chunking \(rounded(chunking, 2)) s, embedding \(rounded(embedding, 1)) s\(isFresh ? "" : " (from the file)"),",
        "indexing \(rounded(indexing, 2)) s")
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
