internal import Foundation

/// A PDF file as independent tools see it: qpdf and poppler's, run as programs (Debian's qpdf and poppler-utils).
package struct PDFProbe: Sendable {
    private let folder: TemporaryFolder
    private let path: String

    package init(_ bytes: [UInt8]) throws {
        folder = try TemporaryFolder()
        path = try folder.write("document.pdf", bytes)
    }

    /// What one of the tools printed.
    package struct Report: Sendable {
        package let status: Int32
        package let output: String
    }

    /// The text in the order in which pdftotext gives it.
    package func text(_ options: String...) throws -> String {
        try run("pdftotext", options + ["-enc", "UTF-8", path, "-"]).output
    }

    /// A line of `pdfinfo`, such as that of `Pages`.
    package func info(_ name: String) throws -> String? {
        let lines = try run("pdfinfo", ["-isodates", path]).output.split(separator: "\n")
        return lines.first { $0.hasPrefix("\(name):") }.map { line in
            line.dropFirst(name.count + 1).trimmingCharacters(in: .whitespaces)
        }
    }

    /// The structure of a tagged file, with its text.
    package func structure() throws -> String { try run("pdfinfo", ["-struct-text", path]).output }

    /// The lines of `pdffonts` below its head.
    package func fonts() throws -> [String] {
        try run("pdffonts", [path]).output.split(separator: "\n").dropFirst(2).map { String($0) }
    }

    /// What `qpdf --check` says; status 0 when there is nothing to say.
    package func check() throws -> Report { try run("qpdf", ["--check", path]) }

    /// All objects of the file in plain words.
    package func objects() throws -> String {
        let plain = folder.file("plain.pdf")
        _ = try run("qpdf", ["--qdf", "--object-streams=disable", path, plain])
        let bytes = try Data(contentsOf: URL(filePath: plain))
        return String(decoding: bytes, as: UTF8.self)
    }

    /// A page as gray samples at so many dots an inch, rows from the top.
    package func grayPage(_ number: Int, dotsPerInch: Int) throws -> (width: Int, height: Int, samples: [UInt8]) {
        let target = folder.file("page")
        _ = try run(
            "pdftoppm",
            ["-r", "\(dotsPerInch)", "-gray", "-f", "\(number)", "-l", "\(number)", "-singlefile", path, target])
        // A PGM file: P5, width, height, 255, and the samples.
        let bytes = [UInt8](try Data(contentsOf: URL(filePath: target + ".pgm")))
        let words = bytes.prefix(64).split(maxSplits: 4) { $0 == 0x20 || $0 == 0x0A }
        guard words.count >= 4, let width = Int(String(decoding: words[1], as: UTF8.self)),
            let height = Int(String(decoding: words[2], as: UTF8.self)), bytes.count >= width * height
        else { throw ToolFailure(description: "pdftoppm made no picture") }
        return (width, height, Array(bytes.suffix(width * height)))
    }

    private struct ToolFailure: Error, CustomStringConvertible {
        let description: String
    }

    private func run(_ tool: String, _ arguments: [String]) throws -> Report {
        let program = "/usr/bin/\(tool)"
        guard FileManager.default.isExecutableFile(atPath: program) else {
            throw ToolFailure(description: "\(tool) is not installed; scripts/setup.sh test installs it")
        }
        let process = Process()
        process.executableURL = URL(filePath: program)
        process.arguments = arguments
        process.environment = ["LC_ALL": "C.UTF-8"]
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = pipe
        try process.run()
        let output = try pipe.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return Report(status: process.terminationStatus, output: String(decoding: output, as: UTF8.self))
    }
}
