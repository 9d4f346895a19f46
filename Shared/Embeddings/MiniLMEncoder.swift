internal import COpenBLAS

/// Runs the model over batches of windows; used by one thread at a time.
///
/// The word pieces of all windows of a batch stand one below the other without padding, so that the matrix products,
/// 95 % of the work, are large and waste nothing; only attention looks at each window by itself.
struct MiniLMEncoder {
    /// The most word pieces in one window, `[CLS]` and `[SEP]` among them, as the model was trained.
    static let windowPiecesMax = 256
    /// The most word pieces in a batch: enough rows for OpenBLAS to be at its best (97 % of what 2,000 rows reach),
    /// few enough that somebody who waits for one question's vector waits for less than a tenth of a second.
    static let batchPiecesMax = 512

    private let weights: MiniLMWeights
    private let library: MatrixLibrary
    private let hidden = FloatBuffer(count: batchPiecesMax * MiniLMWeights.width)
    private let projected = FloatBuffer(count: batchPiecesMax * MiniLMWeights.width)
    private let attended = FloatBuffer(count: batchPiecesMax * MiniLMWeights.width)
    /// Query, key and value, later the inner numbers of the feed-forward part.
    private let wide = FloatBuffer(count: batchPiecesMax * MiniLMWeights.innerWidth)
    private let scratch = FloatBuffer(count: copenblas_attention_scratch(windowPiecesMax))

    init(weights: MiniLMWeights, library: MatrixLibrary) {
        self.weights = weights
        self.library = library
    }

    /// The vectors, of length one, of windows that together have at most ``batchPiecesMax`` pieces.
    func vectors(of windows: ArraySlice<[Int32]>) -> [[Float]] {
        let count = windows.reduce(0) { $0 + $1.count }
        precondition(
            count <= Self.batchPiecesMax && windows.allSatisfy { (1...Self.windowPiecesMax).contains($0.count) })
        embed(windows)
        for layer in weights.layers { run(layer, windows: windows, count: count) }
        return pool(windows)
    }

    /// The sum of what stands for each piece, for its place and for the first segment, normalised.
    private func embed(_ windows: ArraySlice<[Int32]>) {
        let width = MiniLMWeights.width
        var row = hidden.start
        for window in windows {
            for (index, piece) in window.enumerated() {
                precondition(piece >= 0 && piece < MiniLMWeights.vocabularyCount, "the vocabulary was checked")
                (row + index * width).update(from: weights.words + Int(piece) * width, count: width)
            }
            copenblas_add_norm(
                weights.positions, weights.segments, row, weights.inputNorm.gain, weights.inputNorm.shift, window.count)
            row += window.count * width
        }
    }

    private func run(_ layer: MiniLMWeights.Layer, windows: ArraySlice<[Int32]>, count: Int) {
        let width = MiniLMWeights.width
        let innerWidth = MiniLMWeights.innerWidth
        for (index, matrix) in [layer.query, layer.key, layer.value].enumerated() {
            library.multiply(
                hidden.start, matrix, into: wide.start + index * width, rows: count, columns: width, depth: width,
                stride: 3 * width)
        }
        var offset = 0
        for window in windows {
            copenblas_attention(
                wide.start + offset * 3 * width, layer.attentionBias, attended.start + offset * width, scratch.start,
                window.count)
            offset += window.count
        }
        library.multiply(
            attended.start, layer.output, into: projected.start, rows: count, columns: width, depth: width,
            stride: width)
        add(projected, bias: layer.outputBias, norm: layer.attentionNorm, count: count)

        library.multiply(
            hidden.start, layer.inner, into: wide.start, rows: count, columns: innerWidth, depth: width,
            stride: innerWidth)
        copenblas_bias_gelu(wide.start, layer.innerBias, count, innerWidth)
        library.multiply(
            wide.start, layer.outer, into: projected.start, rows: count, columns: width, depth: innerWidth,
            stride: width)
        add(projected, bias: layer.outerBias, norm: layer.outputNorm, count: count)
    }

    private func add(_ change: FloatBuffer, bias: UnsafePointer<Float>, norm: MiniLMWeights.Norm, count: Int) {
        copenblas_add_norm(change.start, bias, hidden.start, norm.gain, norm.shift, count)
    }

    /// The mean over the pieces of each window, scaled to length one.
    private func pool(_ windows: ArraySlice<[Int32]>) -> [[Float]] {
        let width = MiniLMWeights.width
        var row = UnsafePointer(hidden.start)
        return windows.map { window in
            var sum = [Float](repeating: 0, count: width)
            for _ in 0..<window.count {
                for column in 0..<width { sum[column] += row[column] }
                row += width
            }
            return VectorMath.normalized(sum)
        }
    }
}
