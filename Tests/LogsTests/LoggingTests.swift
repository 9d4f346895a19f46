import Foundation
import JSONCoding
import Logs
import Platform
import TestSupport
import Testing

private let entry = LogEntry(
    time: Timestamp(millisecondsSince1970: 1_768_466_000_123), level: .warning, name: "ingest.jobs",
    message: "a job failed", metadata: [(key: "job.id", value: "7"), (key: "error", value: "no such file")])

private func line(_ format: LogLineFormat, _ entry: LogEntry) -> String {
    var bytes: [UInt8] = []
    format.append(entry, to: &bytes)
    return String(decoding: bytes, as: UTF8.self)
}

@Suite("Log lines")
struct LogLineTests {
    @Test("the console's line is level, dash, message, metadata")
    func console() {
        #expect(line(.console, entry) == "WARNING - a job failed job.id=7 error=\"no such file\"\n")
    }

    @Test("a file's line is time, name, level, message")
    func file() {
        #expect(
            line(.file, entry)
                == "2026-01-15T08:33:20.123Z - ingest.jobs - WARNING - a job failed job.id=7 error=\"no such file\"\n")
    }

    @Test("a JSON line is one object that parses back")
    func json() throws {
        let text = line(.json, entry)
        #expect(text.hasSuffix("\n") && text.filter { $0 == "\n" }.count == 1)
        let value = try JSONValue(parsing: Array(text.utf8))
        #expect(value["level"]?.string == "WARNING")
        #expect(value["job.id"]?.string == "7")
        #expect(value["time"]?.string == "2026-01-15T08:33:20.123Z")
    }

    @Test(
        "what a client sent cannot forge a line or steer a terminal",
        arguments: ["a\nERROR - forged", "a\r\nb", "\u{1b}[31mred", "x\u{85}y", "x\u{2028}y", "x\u{202e}y", "\u{0}"])
    func injection(text: String) {
        var forged = entry
        forged.message = text
        forged.metadata = [(key: text, value: text)]
        for format in [LogLineFormat.console, .file, .json] {
            let result = line(format, forged)
            #expect(result.unicodeScalars.filter { $0 == "\n" }.count == 1)
            #expect(!result.dropLast().unicodeScalars.contains { $0.value < 0x20 })
        }
        #expect(!line(.console, forged).unicodeScalars.contains { [0x85, 0x2028, 0x202e].contains($0.value) })
    }
}

@Suite("Loggers and their writer")
struct LoggerTests {
    @Test("a level that is off builds neither message nor metadata")
    func levels() {
        let sink = MemoryLogSink()
        let logger = Logger(name: "t", sink: sink, level: .warning)
        var built = 0
        func message() -> String {
            built += 1
            return "m"
        }
        logger.info(message())
        #expect(built == 0)
        logger.error(message())
        #expect(built == 1)
        #expect(sink.entries.map(\.level) == [.error])
    }

    @Test("a derived logger carries its context, the newest value of a key wins")
    func context() {
        let sink = MemoryLogSink()
        Logger(name: "t", sink: sink).with("a", "1").with("a", "2").named("part").info("m", [("b", "3")])
        #expect(sink.entries.first?.name == "t.part")
        #expect(sink.entries.first?.metadata.map { "\($0.key)=\($0.value)" } == ["a=2", "b=3"])
    }

    @Test("lines arrive in the file in order, and the file is put aside at its limit with five old ones kept")
    func rotation() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "logs-\(Identifier.make())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = folder.appending(path: "test.log").path
        let writer = LogWriter(json: false, isConsoleOn: false, filePath: path, fileBytesMax: 1_000)
        let logger = Logger(name: "t", sink: writer)
        for number in 0..<200 {
            logger.info("line \(number)")
            // Flushing each line makes every write one line long, as under light load.
            await writer.flush()
        }
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
        #expect(names == ["test.log"] + (1...5).map { "test.log.\($0)" })
        for name in names {
            let size = try Data(contentsOf: folder.appending(path: name)).count
            #expect(size <= 1_000)
        }
        let last = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
        #expect(last.last?.hasSuffix("line 199") == true)
        let previous = try String(contentsOfFile: path + ".1", encoding: .utf8).split(separator: "\n")
        let newest = previous.last.flatMap { $0.split(separator: " ").last }.flatMap { Int($0) }
        let oldest = last.first.flatMap { $0.split(separator: " ").last }.flatMap { Int($0) }
        #expect(try #require(newest) + 1 == oldest)
    }

    @Test("what does not fit the writer's queue is counted and reported, never waited for")
    func overflow() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "logs-\(Identifier.make())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = folder.appending(path: "test.log").path
        let gate = DispatchSemaphore(value: 0)
        let writer = LogWriter(json: false, isConsoleOn: false, filePath: path)
        // Stands for a slow disk: the writer's thread is busy while lines keep coming.
        writer.onThread { gate.wait() }
        let logger = Logger(name: "t", sink: writer)
        for _ in 0..<(LogWriter.queueLengthMax + 7) { logger.info("m") }
        gate.signal()
        await writer.flush()
        let text = try String(contentsOfFile: path, encoding: .utf8)
        #expect(text.split(separator: "\n").count == LogWriter.queueLengthMax + 1)
        #expect(text.contains("log lines were dropped count=7"))
    }
}
