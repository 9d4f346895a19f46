import AuthService
import ChatService
import DocsService
import Foundation
import IngestService
import NotifyService
import ServiceKit
import Settings
import Testing

@Suite("The example of all settings")
struct SettingsExampleTests {
    private func descriptions<Program: ServiceProgram>(_ program: Program.Type) -> [SettingDescription] {
        var reader = SettingsReader(environment: [:])
        _ = BasicSettings(service: Program.name, reader: &reader, coreCount: 1)
        _ = Program.configuration(from: &reader)
        return reader.descriptions
    }

    @Test(".env.example lists every variable once, with its default, and nothing else")
    func exampleIsComplete() throws {
        let all =
            descriptions(AuthProgram.self) + descriptions(ChatApp.self) + descriptions(IngestApp.self)
            + descriptions(DocsProgram.self) + descriptions(NotifyProgram.self)
        var expected: [String: String] = [:]
        for setting in all {
            #expect(!setting.help.isEmpty, "\(setting.variable) is not explained")
            if let other = expected[setting.variable] { #expect(other == setting.defaultText, "\(setting.variable)") }
            expected[setting.variable] = setting.defaultText
        }
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let text = try String(contentsOf: root.appending(path: ".env.example"), encoding: .utf8)
        var listed: [String: String] = [:]
        for line in text.split(separator: "\n") {
            let bare = line.hasPrefix("#") ? line.dropFirst() : line[...]
            guard let equals = bare.firstIndex(of: "="),
                bare[..<equals].allSatisfy({ $0.isUppercase || "_0123456789".contains($0) })
            else { continue }
            let name = String(bare[..<equals])
            #expect(listed[name] == nil, "\(name) stands twice")
            listed[name] = String(bare[bare.index(after: equals)...])
        }
        #expect(listed.keys.sorted() == expected.keys.sorted())
        for (name, text) in expected { #expect(listed[name] == text, "the default of \(name)") }
    }
}
