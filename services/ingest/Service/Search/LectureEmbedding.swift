import Embeddings
import Logs
import Platform

/// The embedder as ingest uses it: it may be missing, and then words alone must do.
struct LectureEmbedding: Sendable {
    /// Nil when the model's files are not there.
    let embedder: (any Embedder)?
    /// How many threads of search and pipeline wait for it is bounded by their own limits.
    private let recent: Lock<RecentVectors>

    init(embedder: (any Embedder)?) {
        self.embedder = embedder
        recent = Lock(RecentVectors())
    }

    /// The vector of a question, from memory when it was asked lately.
    ///
    /// - Throws: what the embedder throws.
    func queryVector(_ query: String) async throws -> [Float]? {
        guard let embedder else { return nil }
        if let known = recent.withLock({ $0.vector(query) }) { return known }
        guard let vector = try await embedder.embed([query], urgency: .question).first else { return nil }
        recent.withLock { $0.insert(vector, query) }
        return vector
    }
}

/// The vectors of the questions asked last.
private struct RecentVectors {
    private static let countMax = 512
    private var vectors: [String: (vector: [Float], lastUse: UInt64)] = [:]
    private var clock: UInt64 = 0

    mutating func vector(_ query: String) -> [Float]? {
        clock += 1
        vectors[query]?.lastUse = clock
        return vectors[query]?.vector
    }

    mutating func insert(_ vector: [Float], _ query: String) {
        if vectors.count >= Self.countMax, let oldest = vectors.min(by: { $0.value.lastUse < $1.value.lastUse }) {
            vectors[oldest.key] = nil
        }
        clock += 1
        vectors[query] = (vector, clock)
    }
}
