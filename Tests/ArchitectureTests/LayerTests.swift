import Foundation
import Testing

/// The layers of ARCHITECTURE.md. A module may use what stands in a lower layer, and what `sideways` grants it.
private let layers: [Set<String>] = [
    [
        "CLinux", "CSQLite", "CCurl", "COpenSSL", "CPasswords", "COpenBLAS", "CTesseract", "CPoppler", "CSandbox",
        "CPhoneNumbers", "CPangoCairo",
    ],
    ["Platform", "JSONCoding", "Logs", "Metrics", "Settings"],
    ["Lifecycle", "Crypto", "HTTPMessages", "SQL"],
    [
        "HTTPServer", "HTTPForwarder", "HTTPClient", "SQLiteStore", "KeyValue", "ObjectStore", "Tokens", "Jobs",
        "Embeddings", "Classification", "Retrieval", "LanguageModels", "PDFText", "OCR", "Sandbox", "Mail",
        "PhoneNumbers", "Typesetting",
    ],
    ["Contracts", "ServiceKit"],
    [
        "AuthService", "ChatService", "IngestService", "DocsService", "NotifyService", "ReaderProtocol", "ReaderHost",
        "DocumentReader",
    ],
]

/// Imports within one layer, each with its reason in ARCHITECTURE.md.
private let sideways: [String: Set<String>] = [
    "JSONCoding": ["Platform"], "Logs": ["Platform", "JSONCoding"], "Metrics": ["Platform"], "Settings": ["Platform"],
    "HTTPForwarder": ["HTTPServer"],
    "Classification": ["Embeddings"],
    "Retrieval": ["Embeddings"],
    "LanguageModels": ["HTTPClient", "Retrieval"],
    "Mail": ["HTTPClient"],
    "ObjectStore": ["HTTPClient"],
    "ServiceKit": ["Contracts"],
    "IngestService": ["ReaderHost", "ReaderProtocol"],
    "ReaderHost": ["ReaderProtocol"],
    "DocumentReader": ["ReaderProtocol"],
]

private func layer(of module: String) -> Int? {
    layers.firstIndex { $0.contains(module) }
}

private let sourceFolders: [(module: String, folder: String)] =
    layers.dropFirst().flatMap { $0 }.map { module in
        switch module {
        case "AuthService", "ChatService", "IngestService", "DocsService", "NotifyService":
            (module, "services/\(module.dropLast("Service".count).lowercased())/Service")
        case "ReaderProtocol": (module, "services/ingest/ReaderProtocol")
        case "ReaderHost": (module, "services/ingest/ReaderHost")
        case "DocumentReader": (module, "services/ingest/Reader")
        default: (module, "Shared/\(module)")
        }
    }

@Suite("The layers of the house")
struct LayerTests {
    @Test("every target of the manifest depends only downwards, or sideways where it is granted")
    func dependenciesPointDown() throws {
        let manifest = try Manifest()
        var checked = 0
        for (module, _) in sourceFolders {
            let own = try #require(layer(of: module))
            for dependency in try #require(manifest.dependencies[module], "\(module) is not in Package.swift") {
                guard let other = layer(of: dependency) else { continue }
                checked += 1
                let granted = sideways[module, default: []].contains(dependency)
                #expect(other < own || granted, "\(module) (layer \(own)) must not use \(dependency) (layer \(other))")
            }
        }
        #expect(checked > 60)
    }

    @Test("a source file imports only what its target declares")
    func importsAreDeclared() throws {
        let manifest = try Manifest()
        let house = Set(layers.flatMap { $0 })
        for (module, folder) in sourceFolders {
            let declared = manifest.dependencies[module, default: []]
            for file in Manifest.swiftFiles(below: folder) {
                for imported in try Manifest.imports(of: file) where house.contains(imported) {
                    #expect(declared.contains(imported), "\(file.lastPathComponent) of \(module) imports \(imported)")
                }
            }
        }
    }

    @Test("each C module is imported by exactly one Swift module")
    func cModulesHaveOneOwner() throws {
        for cModule in layers[0] {
            let importers = try sourceFolders.filter { _, folder in
                try Manifest.swiftFiles(below: folder).contains { try Manifest.imports(of: $0).contains(cModule) }
            }
            #expect(importers.count == 1, "\(cModule) is imported by \(importers.map(\.module))")
        }
    }

    @Test("no service imports another service")
    func servicesAreIndependent() throws {
        let services: Set = ["AuthService", "ChatService", "IngestService", "DocsService", "NotifyService"]
        for (module, folder) in sourceFolders where services.contains(module) {
            for file in Manifest.swiftFiles(below: folder) {
                #expect(try Manifest.imports(of: file).intersection(services).isEmpty, "\(file.lastPathComponent)")
            }
        }
    }

    @Test(
        "nothing outside tests is public, forces a try or traps on purpose",
        arguments: ["public ", "try!", "fatalError(", "as! ", "@testable"])
    func noForbiddenWords(word: String) throws {
        for folder in ["Shared", "services"] {
            for file in Manifest.swiftFiles(below: folder) {
                let lines = try String(contentsOf: file, encoding: .utf8).components(separatedBy: "\n")
                for (index, line) in lines.enumerated() {
                    // Without memory nothing can be answered any more; such a trap says so in its message.
                    let statement = line + (index + 1 < lines.count ? lines[index + 1] : "")
                    if word == "fatalError(", statement.contains("without memory") { continue }
                    // Neither comments nor the text within quotes are code.
                    let code = line.components(separatedBy: "//")[0].split(
                        separator: "\"", omittingEmptySubsequences: false
                    ).enumerated().filter { $0.offset % 2 == 0 }.map(\.element).joined()
                    let isWord = code.hasPrefix(word) || code.contains(" \(word)") || code.contains("(\(word)")
                    #expect(!isWord, "\(file.lastPathComponent):\(index + 1) has \(word)")
                }
            }
        }
    }
}
