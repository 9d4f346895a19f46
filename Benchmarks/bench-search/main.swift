import Embeddings
import Glibc
import Retrieval

// How long a search takes inside ingest over 10,000 chunks (bound: 5 ms at the median), and an exact top 10 over 100,000
// vectors of 384 numbers on one thread (bound: 15 ms). Processor time of this thread is given too: it does not grow
// when others use the machine.

/// Numbers that are the same in every run (an LCG after Knuth).
struct Dice {
    private var state: UInt64 = 1

    mutating func roll(_ sides: Int) -> Int {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int(state >> 33) % sides
    }

    /// A vector of length one.
    mutating func vector() -> [Float] {
        VectorMath.normalized((0..<384).map { _ in Float(roll(2001) - 1000) })
    }

    /// A word; the lower its number the more often it comes, as in language.
    mutating func word() -> String {
        let number = min(roll(20_000), roll(20_000), roll(20_000)) / (1 + roll(8))
        return "term" + String(number, radix: 26)
    }
}

/// Milliseconds of the clock and of this thread's processor time that some calls take, as medians.
func medians(of count: Int, _ body: (Int) -> Void) -> (clock: Double, processor: Double) {
    func now(_ id: clockid_t) -> Double {
        var time = timespec()
        clock_gettime(id, &time)
        return Double(time.tv_sec) * 1000 + Double(time.tv_nsec) / 1e6
    }
    var samples: [(clock: Double, processor: Double)] = []
    for index in 0..<count {
        let start = (now(CLOCK_MONOTONIC), now(CLOCK_THREAD_CPUTIME_ID))
        body(index)
        samples.append((now(CLOCK_MONOTONIC) - start.0, now(CLOCK_THREAD_CPUTIME_ID) - start.1))
    }
    return (samples.map(\.clock).sorted()[count / 2], samples.map(\.processor).sorted()[count / 2])
}

func milliseconds(_ value: Double) -> String {
    let hundredths = Int((value * 100).rounded())
    return "\(hundredths / 100).\(hundredths % 100 < 10 ? "0" : "")\(hundredths % 100) ms"
}

var dice = Dice()
var documents: [IndexedDocument] = []
var chunkCount = 0
while chunkCount < 10_000 {
    let sentences = (0..<800).map { _ in "The " + (0..<14).map { _ in dice.word() }.joined(separator: " ") + "." }
    let chunks = Chunker().chunks(of: [SourcePage(number: 1, text: sentences.joined(separator: " "))])
    let stored = chunks.prefix(10_000 - chunkCount).map { chunk in
        let vectors = VectorBlock(dimension: 384, vectors: chunk.units.map { _ in dice.vector() })
        return IndexedDocument.StoredChunk(id: "\(documents.count)-\(chunk.index)", chunk: chunk, vectors: vectors)
    }
    documents.append(IndexedDocument(id: "\(documents.count)", title: "Lecture \(documents.count)", chunks: stored))
    chunkCount += stored.count
}
let index = SearchIndex(documents: documents)
let questions = (0..<60).map { _ in
    (text: "What is " + (0..<6).map { _ in dice.word() }.joined(separator: " ") + "?", vector: dice.vector())
}
for (name, usesVector) in [("hybrid", true), ("words", false)] {
    let time = medians(of: questions.count) { number in
        let question = questions[number]
        _ = index.search(query: question.text, queryVector: usesVector ? question.vector : nil)
    }
    print(
        "search over \(chunkCount) chunks, \(name): \(milliseconds(time.clock)), processor \(milliseconds(time.processor))"
    )
}
print("index \(index.byteCount / 1_000_000) MB, \(documents.count) documents")

let block = VectorBlock(dimension: 384, vectors: (0..<100_000).map { _ in dice.vector() })
let query = dice.vector()
let time = medians(of: 25) { _ in
    let products = block.products(with: query)
    var best: [(product: Float, index: Int)] = []
    for (index, product) in products.enumerated() where best.count < 10 || product > best[best.count - 1].product {
        let place = best.firstIndex { product > $0.product } ?? best.count
        best.insert((product, index), at: place)
        if best.count > 10 { best.removeLast() }
    }
}
print("exact top 10 over 100000 x 384: \(milliseconds(time.clock)), processor \(milliseconds(time.processor))")
