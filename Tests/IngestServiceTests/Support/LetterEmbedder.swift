import Embeddings

/// An embedder without a model: a text's vector tells how often each letter comes.
struct LetterEmbedder: Embedder {
    let modelName = "letters"
    let dimension = 32

    func embed(_ texts: [String]) async throws -> [[Float]] {
        texts.map { text in
            var counts = [Float](repeating: 0, count: dimension)
            counts[0] = 1
            for byte in text.utf8 { counts[Int(byte & 0x1F)] += 1 }
            let length = counts.reduce(0) { $0 + $1 * $1 }.squareRoot()
            return counts.map { $0 / length }
        }
    }
}
