internal import Embeddings

/// The windows, chunks and vectors of the documents that a search looks at, numbered through.
struct Numbering {
    let documents: [IndexedDocument]
    /// For each document the number of its first window, and one more for the end; a window has the number of the
    /// sentence that it begins with.
    let windowStarts: [Int]
    /// The same for chunks.
    let chunkStarts: [Int]
    /// The same for vectors; documents whose vectors cannot be compared with the question's count as having none.
    let vectorStarts: [Int]

    /// - Parameter dimension: that of the question's vector, if there is one.
    init(_ documents: [IndexedDocument], dimension: Int?) {
        self.documents = documents
        windowStarts = Self.starts(documents.map(\.sentences.count))
        chunkStarts = Self.starts(documents.map(\.sources.count))
        vectorStarts = Self.starts(documents.map { $0.vectors.dimension == dimension ? $0.vectors.count : 0 })
    }

    var windowCount: Int { windowStarts.last ?? 0 }
    var chunkCount: Int { chunkStarts.last ?? 0 }
    var vectorCount: Int { vectorStarts.last ?? 0 }

    func hasVectors(_ document: Int) -> Bool { vectorStarts[document] < vectorStarts[document + 1] }

    /// The document that a number belongs to.
    static func document(of number: Int, in starts: [Int]) -> Int {
        var low = 0
        var high = starts.count - 1
        while high - low > 1 {
            let middle = (low + high) / 2
            if starts[middle] <= number { low = middle } else { high = middle }
        }
        return low
    }

    private static func starts(_ counts: [Int]) -> [Int] {
        var starts = [0]
        starts.reserveCapacity(counts.count + 1)
        for count in counts { starts.append((starts.last ?? 0) + count) }
        return starts
    }
}
