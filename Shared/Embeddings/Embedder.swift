/// What a text is embedded for.
package enum EmbeddingUrgency: Sendable {
    /// Somebody waits for the answer: goes before all material.
    case question
    /// Lectures and the like, embedded in the background.
    case material
}

/// Turns texts into vectors whose inner product tells how near two texts are in meaning.
///
/// Every embedder answers vectors of length one (L2), so that the inner product is the cosine. Vectors of two embedders
/// must never be compared: ``modelName`` and ``dimension`` are stored beside the vectors for that reason.
package protocol Embedder: Sendable {
    /// The name of the model, stored with each vector; a change of it means that everything is embedded anew.
    var modelName: String { get }

    /// How many numbers a vector has.
    var dimension: Int { get }

    /// One vector of length one for each text, in the order of the texts.
    ///
    /// No text is cut off: one that is longer than the model's window is embedded window by window, and its vector is
    /// the mean of those of its windows. An empty text has a vector, too.
    /// - Throws: ``EmbeddingError``, or `CancellationError` between two batches.
    func embed(_ texts: [String]) async throws -> [[Float]]

    /// The same, with how urgent it is. An embedder without a queue of its own need not care.
    func embed(_ texts: [String], urgency: EmbeddingUrgency) async throws -> [[Float]]
}

extension Embedder {
    package func embed(_ texts: [String], urgency: EmbeddingUrgency) async throws -> [[Float]] {
        try await embed(texts)
    }
}
