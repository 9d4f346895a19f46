internal import Logs
internal import Platform

/// One thread that embeds; a ``NativeEmbedder`` has a few, which its ``EncoderCrew`` lends.
actor EncoderWorker {
    private let executor: BlockingExecutor
    private let source: ModelSource
    private var encoder: MiniLMEncoder?

    init(number: Int, source: ModelSource) {
        executor = BlockingExecutor(name: "embed-\(number)")
        self.source = source
    }

    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// Takes texts one batch further; at the first turn they are cut into word pieces as well.
    // Not inlined: the optimiser of Swift 6.3 fails on an actor's method inside a caller on another executor.
    @inline(never)
    func advance(_ work: EncodingWork) throws -> EncodingWork {
        let model = try source.model()
        let encoder = self.encoder ?? MiniLMEncoder(weights: model.weights, library: model.library)
        self.encoder = encoder
        var work = work
        work.advance(by: encoder, tokenizer: model.tokenizer)
        return work
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
