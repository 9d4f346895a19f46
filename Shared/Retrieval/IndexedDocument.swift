package import Embeddings

/// A document made ready for searching: its text, its terms and its vectors; never changes.
///
/// Making one costs a few milliseconds for a lecture; keep it and put it into as many ``SearchIndex``es as needed, they
/// share it.
package final class IndexedDocument: Sendable {
    /// One chunk of the document with what the store keeps of it.
    package struct StoredChunk: Sendable {
        /// The chunk's id in the store.
        package let id: String
        package let chunk: Chunk
        /// The vectors of the chunk's units, in their order; empty if it has not been embedded.
        package let vectors: VectorBlock

        package init(id: String, chunk: Chunk, vectors: VectorBlock) {
            self.id = id
            self.chunk = chunk
            self.vectors = vectors
        }
    }

    /// The document's id, for example that of the lecture.
    package let id: String

    /// The document's title.
    package let title: String

    let chunks: [StoredChunk]

    /// A document of chunks as ``Chunker`` made them, in any order.
    package init(id: String, title: String, chunks: [StoredChunk]) {
        self.id = id
        self.title = title
        self.chunks = chunks.sorted { $0.chunk.index < $1.chunk.index }
    }
}
