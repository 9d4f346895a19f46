package import Embeddings
package import Retrieval

/// The articles of a question set as ingest would keep them: cut, embedded and indexed by the code that serves lectures.
package struct IndexedArticles {
    package let index: SearchIndex
    /// The vector of each question.
    package let questionVectors: [[Float]]
    package let chunkCount: Int
    package let vectorCount: Int
    /// How long it took, in seconds.
    package let chunking: Double
    package let embedding: Double
    package let indexing: Double
    /// Whether the vectors were made in this run and not read from a file.
    package let isFresh: Bool

    /// - Parameter file: where the vectors are kept between two runs, if at all.
    package init(_ set: QuestionSet, embedder: any Embedder, file: String?) async throws {
        let clock = ContinuousClock()
        var start = clock.now
        let chunksOfArticles = set.articles.map { Chunker().chunks(of: [SourcePage(number: 1, text: $0.text)]) }
        let chunks = chunksOfArticles.flatMap(\.self)
        chunking = seconds(clock.now - start)
        start = clock.now
        let (blocks, isFresh) = try await VectorCache.vectors(of: chunks, by: embedder, file: file)
        embedding = seconds(clock.now - start)
        self.isFresh = isFresh
        questionVectors = try await embedder.embed(set.questions.map(\.text))
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
        index = SearchIndex(documents: documents)
        indexing = seconds(clock.now - start)
        chunkCount = chunks.count
        vectorCount = chunks.reduce(0) { $0 + $1.units.count }
    }
}

package func seconds(_ duration: Duration) -> Double {
    Double(duration.components.seconds) + Double(duration.components.attoseconds) * 1e-18
}

/// A figure with so many digits behind the point.
package func rounded(_ value: Double, _ digits: Int) -> String {
    var scale = 1.0
    for _ in 0..<digits { scale *= 10 }
    let whole = Int((value * scale).rounded())
    guard digits > 0 else { return "\(whole)" }
    let fraction = String(abs(whole) % Int(scale))
    return "\(whole < 0 ? "-" : "")\(abs(whole) / Int(scale))."
        + String(repeating: "0", count: digits - fraction.count) + fraction
}

/// The text with every run of white space as one space.
package func normalised(_ text: String) -> String {
    text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
}
