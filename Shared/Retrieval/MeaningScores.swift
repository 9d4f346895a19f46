internal import Embeddings

/// How near the vectors of some documents are to the question's: for each a number that it does not exceed, and the exact
/// product for those that are asked for.
struct MeaningScores {
    private let numbering: Numbering
    private let question: LayeredVectors.Question
    /// For each vector its product once that is known, before that an upper bound of it.
    private var bounds: [Float]
    private var isExact: [Bool]
    /// The greatest product of all.
    private(set) var best: Float = 0

    /// - Parameter bounds: for each vector of the numbering what ``LayeredVectors/writeUpperBounds(of:for:to:)`` gave.
    init(_ question: LayeredVectors.Question, in numbering: Numbering, bounds: [Float]) {
        self.question = question
        self.numbering = numbering
        self.bounds = bounds
        isExact = [Bool](repeating: false, count: bounds.count)
        findBest()
    }

    /// What the products of these vectors of a document do not exceed; 0 for none or when all point away.
    func bound(of vectors: Range<Int32>, in document: Int) -> Float {
        guard numbering.hasVectors(document) else { return 0 }
        let first = numbering.vectorStarts[document]
        var highest: Float = 0
        for vector in vectors { highest = max(highest, bounds[first + Int(vector)]) }
        return highest
    }

    /// The same for some sentences of a document.
    func bound(ofSentences sentences: Range<Int>, in document: Int) -> Float {
        guard numbering.hasVectors(document) else { return 0 }
        let first = numbering.vectorStarts[document]
        var highest: Float = 0
        for sentence in numbering.documents[document].sentences[sentences] where sentence.vector >= 0 {
            highest = max(highest, bounds[first + Int(sentence.vector)])
        }
        return highest
    }

    /// The product of a sentence's vector, -1 if it has none.
    mutating func product(ofSentence sentence: Int, in document: Int) -> Float {
        let vector = Int(numbering.documents[document].sentences[sentence].vector)
        guard vector >= 0, numbering.hasVectors(document) else { return -1 }
        return product(of: vector, in: document)
    }

    private mutating func product(of vector: Int, in document: Int) -> Float {
        let number = numbering.vectorStarts[document] + vector
        if !isExact[number] {
            bounds[number] = numbering.documents[document].vectors.product(at: vector, with: question)
            isExact[number] = true
        }
        return bounds[number]
    }

    /// Begins with the vector of the highest bound, so that few others have to be looked at.
    private mutating func findBest() {
        let highest = bounds.withUnsafeBufferPointer { bounds in
            var highest = 0
            for number in bounds.indices where bounds[number] > bounds[highest] { highest = number }
            return highest
        }
        guard highest < bounds.count else { return }
        best = product(ofNumber: highest)
        let others = bounds.withUnsafeBufferPointer { bounds in bounds.indices.filter { bounds[$0] > best } }
        for number in others where bounds[number] > best { best = max(best, product(ofNumber: number)) }
    }

    private mutating func product(ofNumber number: Int) -> Float {
        let document = Numbering.document(of: number, in: numbering.vectorStarts)
        return product(of: number - numbering.vectorStarts[document], in: document)
    }
}
