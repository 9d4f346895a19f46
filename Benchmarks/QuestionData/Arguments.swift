internal import Glibc

/// The command line: `--data <folder> --model <folder> --vectors <file>`.
package struct Arguments {
    /// The folder with `articles.jsonl` and `questions.jsonl`.
    package var data = "../shared/data/retrieval"
    package var model = getenv("MODEL_DIR").map { String(cString: $0) } ?? "var/models/all-MiniLM-L6-v2"
    /// Where to keep the vectors between two runs, if at all.
    package var vectors: String?

    package init(_ words: [String]) throws(BenchmarkFailure) {
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
package struct BenchmarkFailure: Error, CustomStringConvertible {
    package let description: String

    package init(_ description: String) {
        self.description = description
    }
}

/// A whole file.
package func contents(of path: String) throws(BenchmarkFailure) -> [UInt8] {
    guard let file = fopen(path, "rb") else { throw BenchmarkFailure("\(path) cannot be read") }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while case let count = fread(&buffer, 1, buffer.count, file), count > 0 { bytes += buffer[..<count] }
    return bytes
}
