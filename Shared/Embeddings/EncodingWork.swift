/// Some texts on their way to vectors, batch by batch, so that whoever has a thread can give it to somebody else between
/// two batches.
struct EncodingWork: Sendable {
    private let texts: [String]
    /// What the model reads, and whose it is; nil before the first turn.
    private var windows: [[Int32]]?
    private var owners: [Int] = []
    private var next = 0
    /// For each text the sum of its windows' vectors, each counted by its length.
    private var sums: [[Float]]

    init(_ texts: some Sequence<String>) {
        self.texts = Array(texts)
        sums = Array(repeating: [Float](repeating: 0, count: MiniLMWeights.width), count: self.texts.count)
    }

    var isDone: Bool { texts.isEmpty || windows.map { next >= $0.count } ?? false }

    /// A vector of length one for each text, when the work is done.
    var vectors: [[Float]] { sums.map(VectorMath.normalized) }

    /// One batch more.
    mutating func advance(by encoder: MiniLMEncoder, tokenizer: WordPieceTokenizer) {
        let windows = self.windows ?? cut(by: tokenizer)
        self.windows = windows
        guard next < windows.count else { return }
        let end = Self.endOfBatch(from: next, in: windows)
        for (offset, vector) in encoder.vectors(of: windows[next..<end]).enumerated() {
            let weight = Float(windows[next + offset].count)
            let owner = owners[next + offset]
            for column in vector.indices { sums[owner][column] += vector[column] * weight }
        }
        next = end
    }

    private mutating func cut(by tokenizer: WordPieceTokenizer) -> [[Int32]] {
        var windows: [[Int32]] = []
        for (index, text) in texts.enumerated() {
            for window in TextWindows.windows(of: text, by: tokenizer) {
                windows.append(window)
                owners.append(index)
            }
        }
        return windows
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
