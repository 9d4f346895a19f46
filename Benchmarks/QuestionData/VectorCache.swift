package import Embeddings
internal import Glibc
package import Retrieval

/// Keeps vectors in a file between two runs, under a key made of everything that they depend on.
package enum VectorCache {
    /// The vectors of all chunks, from the file if it holds those of exactly these texts, else from the embedder.
    package static func vectors(
        of chunks: [Chunk], by embedder: any Embedder, file path: String?
    ) async throws -> (blocks: [VectorBlock], isFresh: Bool) {
        let key = key(of: chunks, model: embedder.modelName)
        if let path, let bytes = try? contents(of: path), bytes.starts(with: key),
            let all = VectorBlock(dimension: embedder.dimension, bytes: Array(bytes[key.count...]))
        {
            return (split(all, among: chunks), false)
        }
        let blocks = try await ChunkEmbedder.vectors(of: chunks, by: embedder)
        if let path, let file = fopen(path, "wb") {
            var all = VectorBlock(dimension: embedder.dimension)
            for block in blocks { all.append(block) }
            let bytes = key + all.bytes
            fwrite(bytes, 1, bytes.count, file)
            fclose(file)
        }
        return (blocks, true)
    }

    private static func split(_ all: VectorBlock, among chunks: [Chunk]) -> [VectorBlock] {
        var next = 0
        return chunks.map { chunk in
            defer { next += chunk.units.count }
            return VectorBlock(
                dimension: all.dimension, vectors: (next..<(next + chunk.units.count)).map { all.vector(at: $0) })
        }
    }

    /// A hash (FNV-1a, 64 bits) over the model's name and every text that is embedded.
    private static func key(of chunks: [Chunk], model: String) -> [UInt8] {
        var hash: UInt64 = 14_695_981_039_346_656_037
        func mix(_ byte: UInt8) { hash = (hash ^ UInt64(byte)) &* 1_099_511_628_211 }
        model.utf8.forEach(mix)
        for chunk in chunks {
            for text in chunk.unitTexts {
                text.utf8.forEach(mix)
                mix(0)
            }
        }
        return (0..<8).map { UInt8(truncatingIfNeeded: hash >> (8 * $0)) }
    }
}
