import Embeddings
import Glibc

// Texts per second of the built-in embedder on two threads, for texts of about 90 word pieces read from the standard
// input, one in each line. `Benchmarks/scripts/bench_embeddings.sh` makes the texts and runs the reference beside it.

func seconds(_ duration: Duration) -> Double {
    Double(duration.components.seconds) + Double(duration.components.attoseconds) * 1e-18
}

/// The most memory that was resident so far, in megabytes: VmHWM of proc(5). The figure of getrusage(2) would count what
/// the program had that started this one.
func residentMegabytes() -> Int {
    guard let file = fopen("/proc/self/status", "r") else { return 0 }
    defer { fclose(file) }
    var line = [CChar](repeating: 0, count: 256)
    while fgets(&line, Int32(line.count), file) != nil {
        var kilobytes = 0
        let text = String(decoding: line.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
        guard text.hasPrefix("VmHWM:") else { continue }
        for character in text { if let digit = character.wholeNumberValue { kilobytes = kilobytes * 10 + digit } }
        return kilobytes / 1024
    }
    return 0
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
