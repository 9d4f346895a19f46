import Contracts
import DocsService
import Glibc
import JSONCoding
import Platform
import Typesetting

// Times the report of a conversation. `Benchmarks/scripts/bench_report.sh` makes the order and runs the reference beside it.
//   bench-report ORDER.json REPORT.pdf [RUNS]

func milliseconds(_ duration: Duration) -> Double {
    Double(duration.components.seconds) * 1e3 + Double(duration.components.attoseconds) * 1e-15
}

/// The most memory that was resident so far, in megabytes: VmHWM of proc(5).
func residentMegabytes() throws -> Int {
    let status = String(decoding: try contents(of: "/proc/self/status"), as: UTF8.self)
    let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") } ?? ""
    return (Int(line.filter(\.isNumber)) ?? 0) / 1_024
}

func contents(of path: String) throws -> [UInt8] {
    guard let file = fopen(path, "r") else { throw SystemError.last("fopen") }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var block = [UInt8](repeating: 0, count: 1 << 16)
    while case let count = fread(&block, 1, block.count, file), count > 0 { bytes += block.prefix(count) }
    return bytes
}

let arguments = CommandLine.arguments
guard arguments.count >= 3 else {
    print("usage: bench-report ORDER.json REPORT.pdf [RUNS]")
    exit(2)
}
do {
    let order = try ConversationReportOrder(json: JSONValue(parsing: contents(of: arguments[1])))
    let runs = arguments.count > 3 ? Int(arguments[3]) ?? 1 : 1
    let typesetter = Typesetter()
    let clock = ContinuousClock()
    var pdf: [UInt8] = []
    for run in 0..<max(1, runs) {
        let start = clock.now
        pdf = try await typesetter.pdf(of: ConversationReport(order).document)
        print("\(run == 0 ? "cold" : "warm") \(milliseconds(clock.now - start))")
    }
    guard let file = fopen(arguments[2], "w") else { throw SystemError.last("fopen") }
    defer { fclose(file) }
    guard fwrite(pdf, 1, pdf.count, file) == pdf.count else { throw SystemError.last("fwrite") }
    print("bytes \(pdf.count)")
    print("memory \(try residentMegabytes())")
} catch {
    print("bench-report: \(error)")
    exit(1)
}
