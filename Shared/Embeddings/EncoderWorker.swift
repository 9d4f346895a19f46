internal import Logs
internal import Platform

/// One thread that embeds; a ``NativeEmbedder`` has a few.
actor EncoderWorker {
    private let executor: BlockingExecutor
    private let source: ModelSource
    private var encoder: MiniLMEncoder?

    init(number: Int, source: ModelSource) {
        executor = BlockingExecutor(name: "embed-\(number)")
        self.source = source
    }

    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// The vectors of some texts. Between two batches the thread goes to whoever else waits for it, so that a question
    /// does not have to wait for a book.
    func vectors(of texts: ArraySlice<String>) async throws -> [[Float]] {
        let model = try source.model()
        let encoder = self.encoder ?? MiniLMEncoder(weights: model.weights, library: model.library)
        self.encoder = encoder
        var results: [[Float]] = []
        var windows: [[Int32]] = []
        var owners: [Int] = []
        for (index, text) in texts.enumerated() {
            for window in TextWindows.windows(of: text, by: model.tokenizer) {
                windows.append(window)
                owners.append(index)
            }
        }
        results = Array(repeating: [Float](repeating: 0, count: MiniLMWeights.width), count: texts.count)
        var start = 0
        while start < windows.count {
            let end = Self.endOfBatch(from: start, in: windows)
            for (offset, vector) in encoder.vectors(of: windows[start..<end]).enumerated() {
                // A long text's vector is the mean over its windows, each counted by its length.
                let weight = Float(windows[start + offset].count)
                for column in vector.indices { results[owners[start + offset]][column] += vector[column] * weight }
            }
            start = end
            if start < windows.count {
                try Task.checkCancellation()
                await Task.yield()
            }
        }
        return results.map(VectorMath.normalized)
    }

    private static func endOfBatch(from start: Int, in windows: [[Int32]]) -> Int {
        var count = windows[start].count
        var end = start + 1
        while end < windows.count, count + windows[end].count <= MiniLMEncoder.batchPiecesMax {
            count += windows[end].count
            end += 1
        }
        return end
    }
}

/// The model, read when the first worker asks for it, and shared by all of them.
final class ModelSource: Sendable {
    struct Model: Sendable {
        let weights: MiniLMWeights
        let tokenizer: WordPieceTokenizer
        let library: MatrixLibrary
    }

    private let folder: String
    private let logger: Logger?
    // Held while the files are read: only worker threads wait for it, and they have nothing else to do.
    private let state = Lock<Model?>(nil)

    init(folder: String, logger: Logger?) {
        self.folder = folder
        self.logger = logger
    }

    func model() throws(EmbeddingError) -> Model {
        try state.withLock { (state) throws(EmbeddingError) -> Model in
            if let model = state { return model }
            let library = try MatrixLibrary.shared()
            let vocabulary = try Vocabulary(path: "\(folder)/vocab.txt")
            guard vocabulary.count == MiniLMWeights.vocabularyCount else {
                throw EmbeddingError(.modelMalformed, "the model's vocabulary does not belong to its weights")
            }
            let weights = try MiniLMWeights(file: TensorFile(path: "\(folder)/model.safetensors"))
            let model = Model(
                weights: weights, tokenizer: WordPieceTokenizer(vocabulary: vocabulary), library: library)
            logger?.info("embedder loaded", [("blas.core", library.coreName)])
            state = model
            return model
        }
    }
}
