package import Embeddings

/// Makes the vectors of chunks.
package enum ChunkEmbedder {
    /// The vectors of each chunk's units, in the order of the chunks.
    /// - Throws: what the embedder throws.
    package static func vectors(of chunks: [Chunk], by embedder: any Embedder) async throws -> [VectorBlock] {
        let texts = chunks.map(\.unitTexts)
        let vectors = try await embedder.embed(texts.flatMap(\.self))
        var next = 0
        return texts.map { units in
            defer { next += units.count }
            return VectorBlock(dimension: embedder.dimension, vectors: vectors[next..<(next + units.count)])
        }
    }
}
