import Classification
import Embeddings
import Glibc
import NotifyService
import Platform

// How well the built-in classifier of incidents does on messages that it has not learned from.
//
//     bench-classifier --data <csv with the columns text,category> [--model <folder>] [--words-only]
//
// Without --data only the cross-validation on the built-in examples is printed.

var data: String?
var model = getenv("MODEL_DIR").map { String(cString: $0) } ?? "var/models/all-MiniLM-L6-v2"
var usesEmbedder = true
var words = CommandLine.arguments.dropFirst()[...]
while let word = words.popFirst() {
    switch word {
    case "--data": data = words.popFirst().flatMap { $0.isEmpty ? nil : $0 }
    case "--model": model = words.popFirst() ?? model
    case "--words-only": usesEmbedder = false
    default:
        print("unknown argument \(word)")
        exit(2)
    }
}

func giveUp(_ message: String) -> Never {
    print("bench-classifier: \(message)")
    exit(2)
}

// What is wrong with the messages is said before anything is measured.
let examples = try IncidentExamples.load()
let rows: [LabelledTable.Row]
do {
    rows = try data.map(LabelledTable.read) ?? []
} catch {
    giveUp("\(error)")
}
if let row = rows.first(where: { !examples.labels.contains($0.label) }) {
    giveUp("the category \(row.label) is none of \(examples.labels.joined(separator: ", "))")
}
if usesEmbedder, !ModelFiles.areComplete(in: model) {
    giveUp("the embedding model is not in \(model); run make setup, or measure --words-only")
}

NativeEmbedder.prepareProcess()
let time = SystemTime()
// One thread, as in notify.
let classifier = ExampleClassifier(
    examples: examples, embedder: usesEmbedder ? NativeEmbedder(modelFolder: model, threads: 1) : nil)
let begin = time.monotonic
try await classifier.prepare()
print(
    "\(examples.examples.count) examples learned in \((time.monotonic - begin).milliseconds) ms, model loading included"
)
Report.show(
    try await classifier.crossValidation(), examples.labels, title: "cross-validation on the examples, by groups")

guard let data else {
    print(
        """

        No messages to measure on: this was only the cross-validation on the built-in examples. For the figures of
        BENCHMARKS.md: make bench-classifier DATA=<csv file with the columns text,category>
        """)
    exit(0)
}
var quality = GuessQuality(classCount: examples.labels.count)
var times: [Double] = []
let processorBegin = clock()
for row in rows {
    let start = time.monotonic
    let found = try await classifier.classify(row.text)
    times.append((time.monotonic - start).milliseconds)
    quality.count(
        right: examples.labels.firstIndex(of: row.label) ?? 0,
        guessed: examples.labels.firstIndex(of: found.best.label) ?? 0, confidence: found.best.confidence)
}
// The processor time counts all threads and is not moved by whoever else uses the machine.
let processor = Double(clock() - processorBegin) / Double(CLOCKS_PER_SEC) * 1_000 / Double(rows.count)
times.sort()
Report.show(quality, examples.labels, title: "\(rows.count) messages of \(data.split(separator: "/").last ?? "")")
let (median, slowest) = (Report.rounded(times[times.count / 2]), Report.rounded(times.last ?? 0))
// As notify judges what nobody waits for.
let groupBegin = clock()
for start in stride(from: 0, to: rows.count, by: 4) {
    _ = try await classifier.classify(rows[start..<min(start + 4, rows.count)].map(\.text))
}
let grouped = Double(clock() - groupBegin) / Double(CLOCKS_PER_SEC) * 1_000 / Double(rows.count)
print("processor time of one, four at a time: \(Report.rounded(grouped)) ms")
print("time of one: median \(median) ms, slowest \(slowest) ms; processor \(Report.rounded(processor)) ms")
