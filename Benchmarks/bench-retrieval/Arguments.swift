import Glibc

/// The command line: `--data <folder> --model <folder> --vectors <file>`.
struct Arguments {
    /// The folder with `articles.jsonl` and `questions.jsonl`.
    var data = "../shared/data/retrieval"
    var model = getenv("MODEL_DIR").map { String(cString: $0) } ?? "var/models/all-MiniLM-L6-v2"
    /// Where to keep the vectors between two runs, if at all.
    var vectors: String?

    init(_ words: [String]) throws(BenchmarkFailure) {
        var rest = words.dropFirst()
        while let name = rest.popFirst() {
            guard let value = rest.popFirst() else { throw BenchmarkFailure("\(name) needs a value") }
            switch name {
            case "--data": data = value
            case "--model": model = value
            case "--vectors": vectors = value
            default: throw BenchmarkFailure("unknown argument \(name)")
            }
        }
    }
}

/// Why a figure could not be measured.
struct BenchmarkFailure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}

/// A whole file.
func contents(of path: String) throws(BenchmarkFailure) -> [UInt8] {
    guard let file = fopen(path, "rb") else { throw BenchmarkFailure("\(path) cannot be read") }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while case let count = fread(&buffer, 1, buffer.count, file), count > 0 { bytes += buffer[..<count] }
    return bytes
}
