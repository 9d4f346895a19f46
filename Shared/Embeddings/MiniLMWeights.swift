/// The weights of all-MiniLM-L6-v2: a BERT encoder of six layers with 12 heads and 384 numbers per word piece.
///
/// The matrices stay where the file is mapped; OpenBLAS packs them anew for each product, which costs little at the
/// hundreds of rows that a batch has, and saves 43 MB of memory for a packed copy.
final class MiniLMWeights: @unchecked Sendable {
    static let width = 384
    static let innerWidth = 1536
    static let layerCount = 6
    static let vocabularyCount = 30_522
    static let positionsMax = 512

    struct Layer {
        /// Query, key and value: three matrices of width × width.
        let query: UnsafePointer<Float>
        let key: UnsafePointer<Float>
        let value: UnsafePointer<Float>
        /// The biases of the three, one behind the other.
        let attentionBias: [Float]
        let output: UnsafePointer<Float>
        let outputBias: UnsafePointer<Float>
        let attentionNorm: Norm
        let inner: UnsafePointer<Float>
        let innerBias: UnsafePointer<Float>
        let outer: UnsafePointer<Float>
        let outerBias: UnsafePointer<Float>
        let outputNorm: Norm
    }

    struct Norm {
        let gain: UnsafePointer<Float>
        let shift: UnsafePointer<Float>
    }

    // Safe to share: everything is read-only and points into `file`, which lives as long as this object.
    let words: UnsafePointer<Float>
    let positions: UnsafePointer<Float>
    let segments: UnsafePointer<Float>
    let inputNorm: Norm
    let layers: [Layer]
    private let file: TensorFile

    init(file: TensorFile) throws(EmbeddingError) {
        let width = Self.width
        self.file = file
        words = try file.floats("embeddings.word_embeddings.weight", shape: [Self.vocabularyCount, width])
        positions = try file.floats("embeddings.position_embeddings.weight", shape: [Self.positionsMax, width])
        segments = try file.floats("embeddings.token_type_embeddings.weight", shape: [2, width])
        inputNorm = try Self.norm("embeddings.LayerNorm", in: file)
        var layers: [Layer] = []
        for index in 0..<Self.layerCount { layers.append(try Self.layer("encoder.layer.\(index)", in: file)) }
        self.layers = layers
    }

    private static func layer(_ name: String, in file: TensorFile) throws(EmbeddingError) -> Layer {
        var attentionBias: [Float] = []
        for part in ["query", "key", "value"] {
            let bias = try file.floats("\(name).attention.self.\(part).bias", shape: [width])
            attentionBias.append(contentsOf: UnsafeBufferPointer(start: bias, count: width))
        }
        let square = [width, width]
        return Layer(
            query: try file.floats("\(name).attention.self.query.weight", shape: square),
            key: try file.floats("\(name).attention.self.key.weight", shape: square),
            value: try file.floats("\(name).attention.self.value.weight", shape: square),
            attentionBias: attentionBias,
            output: try file.floats("\(name).attention.output.dense.weight", shape: square),
            outputBias: try file.floats("\(name).attention.output.dense.bias", shape: [width]),
            attentionNorm: try norm("\(name).attention.output.LayerNorm", in: file),
            inner: try file.floats("\(name).intermediate.dense.weight", shape: [innerWidth, width]),
            innerBias: try file.floats("\(name).intermediate.dense.bias", shape: [innerWidth]),
            outer: try file.floats("\(name).output.dense.weight", shape: [width, innerWidth]),
            outerBias: try file.floats("\(name).output.dense.bias", shape: [width]),
            outputNorm: try norm("\(name).output.LayerNorm", in: file))
    }

    private static func norm(_ name: String, in file: TensorFile) throws(EmbeddingError) -> Norm {
        Norm(
            gain: try file.floats("\(name).weight", shape: [width]),
            shift: try file.floats("\(name).bias", shape: [width]))
    }
}
