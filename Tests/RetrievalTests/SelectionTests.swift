import Embeddings
import Testing

@testable import Retrieval

/// That looking at little finds what looking at everything finds.
struct SelectionTests {
    /// Whole numbers that are the same in every run (SplitMix64).
    private struct Dice {
        var state: UInt64

        mutating func roll(_ sides: Int) -> Int {
            state &+= 0x9E37_79B9_7F4A_7C15
            var mixed = state
            mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
            return Int((mixed ^ mixed >> 31) >> 33) % sides
        }

        mutating func vector(near centre: [Float]?) -> [Float] {
            VectorMath.normalized((0..<384).map { Float(roll(2001) - 1000) / 1000 + (centre?[$0] ?? 0) * 30 })
        }
    }

    /// Documents of a few chunks each, some without vectors, with vectors in clusters or without any order.
    private static func documents(_ dice: inout Dice, clusters: [[Float]]) -> [IndexedDocument] {
        (0..<9).map { number in
            let text = (0..<(20 + dice.roll(160))).map { _ in
                "The "
                    + (0..<(3 + dice.roll(20))).map { _ in "word\(dice.roll(90) * dice.roll(90))" }
                    .joined(separator: " ") + "."
            }.joined(separator: " ")
            let chunks = Chunker().chunks(of: [SourcePage(number: 1, text: text)])
            return IndexedDocument(
                id: "\(number)", title: "Word\(dice.roll(40))",
                chunks: chunks.map { chunk in
                    let vectors = chunk.units.map { _ in
                        dice.vector(near: clusters.isEmpty ? nil : clusters[dice.roll(clusters.count)])
                    }
                    let isEmbedded = number != 4 && !(number == 5 && chunk.index == 1)
                    return .init(
                        id: "\(number)/\(chunk.index)", chunk: chunk,
                        vectors: VectorBlock(dimension: 384, vectors: isEmbedded ? vectors : []))
                })
        }
    }

    @Test(arguments: 1...8)
    func `every pick is the best of all windows that are free`(seed: Int) throws {
        var dice = Dice(state: UInt64(seed))
        let clusters = seed.isMultiple(of: 2) ? (0..<5).map { _ in dice.vector(near: nil) } : []
        let documents = Self.documents(&dice, clusters: clusters)
        for round in 0..<6 {
            let words = (0..<4).map { _ in "word\(dice.roll(90) * dice.roll(12))" }.joined(separator: " ")
            let vector = dice.vector(near: clusters.randomElement(by: dice.roll(100)))
            let scores = WindowScores(
                documents: documents, query: QueryTerms(round == 0 ? "" : words), vector: round == 1 ? nil : vector)
            var selection = PassageSelection(scores: scores)
            // Everything that the selection leaves undone, done.
            var all = scores
            var free: [(score: Float, document: Int, window: Int)] = []
            for (number, document) in documents.enumerated() {
                for window in document.sentences.indices {
                    let score = all.score(ofWindow: window, in: number)
                    #expect(score <= scores.bound(ofWindow: window, in: number))
                    let chunk = Int(document.sentences[window].chunk)
                    #expect(scores.bound(ofWindow: window, in: number) <= scores.bound(ofChunk: chunk, in: number))
                    if score > 0 { free.append((score, number, window)) }
                }
            }
            for _ in 0..<12 {
                let pick = selection.next()
                // The first of the best.
                let best = free.reduce(nil as (score: Float, document: Int, window: Int)?) { best, next in
                    best.map { $0.score >= next.score } == true ? best : next
                }
                guard let best else {
                    #expect(pick == nil)
                    break
                }
                let found = try #require(pick)
                #expect(found.score == best.score && found.document == best.document)
                #expect(found.sentences.contains(best.window))
                free.removeAll { entry in
                    let window = entry.window..<Int(documents[entry.document].windowEnds[entry.window])
                    return entry.document == found.document && window.overlaps(found.sentences)
                }
            }
        }
    }

    @Test func `the best vectors and words of all set the scales`() {
        var dice = Dice(state: 99)
        let documents = Self.documents(&dice, clusters: [])
        let vector = dice.vector(near: nil)
        var scores = WindowScores(documents: documents, query: QueryTerms("word0 word12"), vector: vector)
        var nearest: Float = 0
        for (number, document) in documents.enumerated() {
            nearest = max(nearest, scores.similarities(of: document.sentences.indices, in: number).max() ?? 0)
        }
        let exact = documents.flatMap { document in
            (0..<document.vectors.count).map {
                document.vectors.product(at: $0, with: LayeredVectors.Question(vector))
            }
        }
        #expect(nearest == exact.max())
    }

    @Test func `a heap gives its greatest first`() {
        var dice = Dice(state: 3)
        var heap = BinaryHeap((0..<100).map { _ in dice.roll(50) })
        for _ in 0..<50 { heap.insert(dice.roll(50)) }
        var given: [Int] = []
        while let next = heap.popMax() { given.append(next) }
        #expect(given.count == 150 && given == given.sorted(by: >))
        #expect(heap.popMax() == nil)
    }

    @Test func `texts with the same words overlap wholly, others hardly`() {
        func overlap(_ one: String, _ other: String) -> Double {
            Fingerprint(Array(one.utf8)[...]).overlap(with: Fingerprint(Array(other.utf8)[...]))
        }
        #expect(overlap("Chlorophyll absorbs light.", "light ABSORBS chlorophyll") == 1)
        #expect(overlap("Granite cools slowly", "Basalt cools quickly") == 0.2)
        #expect(overlap("", "Basalt") == 0 && overlap("", "") == 0)
    }
}

extension Array {
    fileprivate func randomElement(by number: Int) -> Element? { isEmpty ? nil : self[number % count] }
}
