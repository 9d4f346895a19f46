import Embeddings
import Glibc

// Texts per second of the built-in embedder on two threads, for texts of about 90 word pieces read from the standard
// input, one in each line. `Benchmarks/scripts/bench_embeddings.sh` makes the texts and runs the reference beside it.

func seconds(_ duration: Duration) -> Double {
    Double(duration.components.seconds) + Double(duration.components.attoseconds) * 1e-18
}

/// The most memory that was resident so far, in megabytes; getrusage(2).
func residentMegabytes() -> Int {
    var usage = rusage()
    getrusage(RUSAGE_SELF.rawValue, &usage)
    return usage.ru_maxrss / 1024
}

do {
    NativeEmbedder.prepareProcess()
    let folder = getenv("MODEL_DIR").map { String(cString: $0) } ?? "var/models/all-MiniLM-L6-v2"
    let embedder = NativeEmbedder(modelFolder: folder, threads: 2)
    var texts: [String] = []
    while let line = readLine() { texts.append(line) }
    let clock = ContinuousClock()
    let start = clock.now
    _ = try await embedder.embed(Array(texts.prefix(2)))
    print("first \(seconds(clock.now - start))")
    for _ in 0..<3 {
        let start = clock.now
        _ = try await embedder.embed(texts)
        print("rate \(Double(texts.count) / seconds(clock.now - start))")
    }
    print("memory \(residentMegabytes())")
    print("core \(try NativeEmbedder.coreName())")
} catch {
    print("bench-embeddings: \(error)")
    exit(1)
}
