import Foundation

/// The package's manifest and sources as text, so that tests can hold the house's rules against them.
struct Manifest {
    /// The repository's root folder.
    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// Target name to the names it depends on, for the `shared`, `service` and plain targets of Package.swift.
    let dependencies: [String: Set<String>]

    init() throws {
        let text = try String(contentsOf: Manifest.root.appending(path: "Package.swift"), encoding: .utf8)
        var found: [String: Set<String>] = [:]
        let basics = Manifest.strings(in: Manifest.slice(of: text, from: "let serviceBasics", to: "]"))
        // Only what is appended to `targets`; the helper functions above hold no target names.
        for block in text.components(separatedBy: "targets +=").dropFirst() {
            for call in Manifest.calls(in: block) {
                var names = Manifest.strings(in: call.arguments)
                guard let subject = call.kind == "service" ? Manifest.label("library", in: call.arguments) : names.first
                else { continue }
                if call.kind == "service" { names.removeFirst(2) } else { names.removeFirst() }
                if call.arguments.contains("serviceBasics") { names += basics }
                found[subject, default: []].formUnion(names)
            }
        }
        dependencies = found
    }

    /// The Swift files below a folder of the repository.
    static func swiftFiles(below folder: String) -> [URL] {
        let base = root.appending(path: folder)
        let walker = FileManager.default.enumerator(at: base, includingPropertiesForKeys: nil)
        return (walker?.allObjects as? [URL] ?? []).filter { $0.pathExtension == "swift" }
    }

    /// The modules that a source file imports.
    static func imports(of file: URL) throws -> Set<String> {
        let text = try String(contentsOf: file, encoding: .utf8)
        var modules: Set<String> = []
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ")
            guard let index = words.firstIndex(of: "import"), index + 1 < words.count, index <= 2,
                words[..<index].allSatisfy({ ["package", "internal", "private", "@testable"].contains($0) })
            else { continue }
            modules.insert(String(words[index + 1]))
        }
        return modules
    }

    private static func calls(in text: String) -> [(kind: String, arguments: String)] {
        var result: [(String, String)] = []
        for kind in ["shared", "shim", "system", "service", "tests", "benchmark", ".target", ".executableTarget"] {
            var rest = text[...]
            while let start = rest.range(of: "\(kind)(") {
                let isWhole =
                    kind.hasPrefix(".") || start.lowerBound == text.startIndex
                    || !(text[text.index(before: start.lowerBound)].isLetter)
                var depth = 1
                var end = start.upperBound
                while end < text.endIndex, depth > 0 {
                    if text[end] == "(" { depth += 1 }
                    if text[end] == ")" { depth -= 1 }
                    end = text.index(after: end)
                }
                if isWhole { result.append((kind, String(text[start.upperBound..<end]))) }
                rest = text[start.upperBound...]
            }
        }
        return result
    }

    private static func slice(of text: String, from: String, to: String) -> String {
        guard let start = text.range(of: from),
            let equals = text.range(of: "= [", range: start.upperBound..<text.endIndex),
            let end = text.range(of: to, range: equals.upperBound..<text.endIndex)
        else { return "" }
        return String(text[equals.upperBound..<end.lowerBound])
    }

    private static func strings(in text: String) -> [String] {
        text.split(separator: "\"", omittingEmptySubsequences: false).enumerated()
            .compactMap { $0.offset % 2 == 1 ? String($0.element) : nil }
    }

    private static func label(_ name: String, in text: String) -> String? {
        guard let range = text.range(of: "\(name): \"") else { return nil }
        return String(text[range.upperBound...].prefix { $0 != "\"" })
    }
}
