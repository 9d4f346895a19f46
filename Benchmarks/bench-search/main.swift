import Embeddings
import Glibc
import Platform
import Retrieval

// How long a search takes inside ingest over 10,000 chunks (bound: 5 ms at the median), with the machine as it is and with
// a thread beside it that never rests; and an exact top 10 over 100,000 vectors of 384 numbers on one thread (bound: 15 ms).
// Processor time of this thread is given too: it does not grow when others use the machine.

/// Milliseconds that some calls take.
struct Times {
    private let clock: [Double]
    private let processor: [Double]

    init(of count: Int, _ body: (Int) -> Void) {
        var samples: [(clock: Double, processor: Double)] = []
        for index in 0..<count {
            let start = (Self.now(CLOCK_MONOTONIC), Self.now(CLOCK_THREAD_CPUTIME_ID))
            body(index)
            samples.append(
                (Self.now(CLOCK_MONOTONIC) - start.0, Self.now(CLOCK_THREAD_CPUTIME_ID) - start.1))
        }
        clock = samples.map(\.clock).sorted()
        processor = samples.map(\.processor).sorted()
    }

    private static func now(_ id: clockid_t) -> Double {
        var time = timespec()
        clock_gettime(id, &time)
        return Double(time.tv_sec) * 1000 + Double(time.tv_nsec) / 1e6
    }

    var text: String {
        "median \(Self.text(clock[clock.count / 2])), 95 % \(Self.text(clock[clock.count * 95 / 100])), "
            + "processor \(Self.text(processor[processor.count / 2]))"
    }

    private static func text(_ value: Double) -> String {
        let hundredths = Int((value * 100).rounded())
        return "\(hundredths / 100).\(hundredths % 100 < 10 ? "0" : "")\(hundredths % 100) ms"
    }
}

/// Runs `body` while another thread uses a processor.
func besideBusyThread(_ body: () -> Void) {
    let isDone = Lock(false)
    startThread(name: "busy") { while !isDone.withLock(\.self) {} }
    body()
    isDone.withLock { $0 = true }
}

/// The machine's load average over the last minute.
var load: String {
    var averages = [Double](repeating: 0, count: 1)
    getloadavg(&averages, 1)
    let tenths = Int((averages[0] * 10).rounded())
    return "\(tenths / 10).\(tenths % 10)"
}

let corpus = Corpus(chunks: 10_000, questions: 200)
let index = SearchIndex(documents: corpus.documents)
print(
    "\(corpus.chunkCount) chunks, \(corpus.vectorCount) vectors, \(corpus.documents.count) documents,",
    "index \(index.byteCount / 1_000_000) MB, load \(load)")

func search(_ number: Int, usesVector: Bool = true) {
    let question = corpus.questions[number % corpus.questions.count]
    _ = index.search(query: question.text, queryVector: usesVector ? question.vector : nil)
}

for number in 0..<20 { search(number) }
let count = corpus.questions.count
print("words and meaning:                    \(Times(of: count) { search($0) }.text)")
besideBusyThread { print("words and meaning, one core busy:     \(Times(of: count) { search($0) }.text)") }
print("words alone:                          \(Times(of: count) { search($0, usesVector: false) }.text)")

var dice = Dice()
var vectors = LayeredVectors(dimension: 384)
for _ in 0..<100 { vectors.append(VectorBlock(dimension: 384, vectors: (0..<1_000).map { _ in dice.vector() })) }
let query = LayeredVectors.Question(dice.vector())
print("exact top 10 over 100,000 x 384:      \(Times(of: 25) { _ in _ = vectors.best(10, for: query) }.text)")
