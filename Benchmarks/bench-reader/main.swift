import Glibc
import Logs
import Platform
import ReaderHost
import ReaderProtocol

// Reads a document the way ingest does, worker processes and all.
//
//   bench-reader text FILE [WORKERS]      the text, pages in order, separated by form feeds
//   bench-reader pages FILE [WORKERS]     one line for each page: where its text came from and how sure it is
//   bench-reader lines FILE [WORKERS]     every line with its box, font size and block, for looking at reading order
//   bench-reader picture FILE PAGE WIDTH  a page as PNG
//
// Exits with 1 and the reader's message when the document cannot be read.

func emit(_ bytes: [UInt8], to descriptor: Int32) {
    var rest = bytes[...]
    while !rest.isEmpty {
        let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
        guard count > 0 else { exit(EXIT_FAILURE) }
        rest = rest.dropFirst(count)
    }
}

let arguments = CommandLine.arguments
guard arguments.count >= 3 else {
    print("usage: bench-reader text|pages|lines|picture FILE [...]")
    exit(EXIT_FAILURE)
}
let number = arguments.count > 3 ? Int(arguments[3]) ?? 0 : 0
let logger = Logger(name: "bench", sink: MemoryLogSink())
let pool = ReaderPool(workerCount: arguments[1] == "picture" ? 1 : number, logger: logger)
let finished = Lock<[PageReading]>([])
do {
    if arguments[1] == "picture" {
        let png = try await pool.picture(of: arguments[2], page: number, width: Int(arguments[4]) ?? 800)
        emit(png, to: STDOUT_FILENO)
    } else {
        try await pool.read(arguments[2]) { pages in finished.withLock { $0 += pages } }
    }
} catch {
    emit([UInt8]("\(error)\n".utf8), to: STDERR_FILENO)
    exit(EXIT_FAILURE)
}
let pages = finished.withLock { $0 }.sorted { $0.number < $1.number }
switch arguments[1] {
case "text":
    var output: [UInt8] = []
    for page in pages {
        output += page.text.utf8
        output.append(0x0C)
    }
    emit(output, to: STDOUT_FILENO)
case "pages":
    for page in pages {
        let problem = page.textLayerProblem.map { ", layer \($0)" } ?? ""
        print(
            "\(page.number): \(page.source), confidence \(Int(page.confidence * 100)) %, \(page.text.utf8.count) bytes, "
                + "\(page.figures.count) pictures, turned \(page.turnedDegrees)\(problem)")
    }
case "lines":
    for page in pages {
        let layout = try page.layout()
        let text = [UInt8](page.text.utf8)
        for (block, range) in layout.blocks.enumerated() {
            for line in layout.lines[range] {
                let box = layout.box(of: line)
                let words = String(decoding: text[layout.textRange(of: line)], as: UTF8.self)
                let place = "\(Int(box.left)),\(Int(box.top))-\(Int(box.right)),\(Int(box.bottom))"
                print("\(page.number) \(block) [\(place)] \(line.fontSize)\(line.isBold ? " bold" : ""): \(words)")
            }
        }
    }
default: break
}
