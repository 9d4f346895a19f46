internal import Dispatch
internal import Embeddings

/// The one look at everything that a search takes: the words of every window, and a bound of every vector's product.
///
/// In parts, which two threads take in turns; the second one may be late or never come, then this one does them all.
struct ScopeScan {
    /// BM25 of each window.
    let windows: [Float]
    /// For each chunk the best of the windows that begin in it.
    let bestOfChunks: [Float]
    /// For each vector a number that its product does not exceed; empty without a question.
    let bounds: [Float]

    /// A part has about so many windows or vectors.
    private static let windowsInPart = 16_384
    private static let vectorsInPart = 4_096

    private enum Part {
        case words(documents: Range<Int>)
        case vectors(document: Int, Range<Int>)
    }

    init(_ numbering: Numbering, words: WordScores, question: LayeredVectors.Question?) {
        var parts = Self.wordParts(of: numbering)
        if question != nil { parts += Self.vectorParts(of: numbering) }
        var (bestOfChunks, bounds) = ([Float](), [Float]())
        windows = Self.filled(numbering.windowCount) { windows in
            bestOfChunks = Self.filled(numbering.chunkCount) { chunks in
                bounds = Self.filled(question == nil ? 0 : numbering.vectorCount) { bounds in
                    // Safe to share: every cell is written by the one part that has its document or its vector.
                    nonisolated(unsafe) let (windows, chunks, bounds) = (windows, chunks, bounds)
                    DispatchQueue.concurrentPerform(iterations: parts.count) { [parts] number in
                        switch parts[number] {
                        case .words(let documents):
                            for document in documents {
                                words.score(
                                    document, windows: windows.part(document, of: numbering.windowStarts),
                                    bestOfChunks: chunks.part(document, of: numbering.chunkStarts))
                            }
                        case .vectors(let document, let range):
                            guard let question else { return }
                            let cells = bounds.part(document, of: numbering.vectorStarts)
                            numbering.documents[document].vectors.writeUpperBounds(
                                of: range, for: question, to: UnsafeMutableBufferPointer(rebasing: cells[range]))
                        }
                    }
                }
            }
        }
        self.bestOfChunks = bestOfChunks
        self.bounds = bounds
    }

    private static func filled(_ count: Int, _ fill: (UnsafeMutableBufferPointer<Float>) -> Void) -> [Float] {
        [Float](unsafeUninitializedCapacity: count) { buffer, initialized in
            fill(buffer)
            initialized = count
        }
    }

    private static func wordParts(of numbering: Numbering) -> [Part] {
        var parts: [Part] = []
        var first = 0
        for end in numbering.windowStarts.indices.dropFirst()
        where end == numbering.documents.count
            || numbering.windowStarts[end] - numbering.windowStarts[first] >= windowsInPart
        {
            parts.append(.words(documents: first..<end))
            first = end
        }
        return parts
    }

    private static func vectorParts(of numbering: Numbering) -> [Part] {
        var parts: [Part] = []
        for document in numbering.documents.indices where numbering.hasVectors(document) {
            let count = numbering.documents[document].vectors.count
            for start in stride(from: 0, to: count, by: vectorsInPart) {
                parts.append(.vectors(document: document, start..<min(count, start + vectorsInPart)))
            }
        }
        return parts
    }
}

extension UnsafeMutableBufferPointer {
    /// The cells of one document.
    fileprivate func part(_ document: Int, of starts: [Int]) -> Self {
        Self(rebasing: self[starts[document]..<starts[document + 1]])
    }
}
