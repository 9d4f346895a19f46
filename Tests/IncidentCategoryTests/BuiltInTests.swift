import Classification
import Embeddings
import Foundation
import NotifyService
import Testing

@Suite("The built-in classifier of incidents")
struct BuiltInTests {
    /// Where the model is: `MODEL_DIR`, else `var/models/…` of the working folder. `make test` puts it there.
    private static let modelFolder =
        ProcessInfo.processInfo.environment["MODEL_DIR"]
        ?? FileManager.default.currentDirectoryPath + "/var/models/all-MiniLM-L6-v2"

    @Test("the examples are of all categories and no others, many of each, none twice")
    func examples() throws {
        let set = try IncidentExamples.load()
        #expect(Set(set.labels) == Set(IncidentCategory.allCases.map(\.rawValue)))
        for label in set.labels { #expect(set.examples.count { $0.label == label } >= 40) }
        let texts = set.examples.map { $0.text.lowercased() }
        #expect(Set(texts).count == texts.count)
    }

    @Test("examples that were left out are recognised, with honest confidence")
    func crossValidation() async throws {
        try #require(ModelFiles.areComplete(in: Self.modelFolder), "the embedding model is missing: run make setup")
        let embedder = NativeEmbedder(modelFolder: Self.modelFolder, threads: 2)
        let classifier = ExampleClassifier(examples: try IncidentExamples.load(), embedder: embedder)
        let quality = try await classifier.crossValidation()
        // Whole situations are left out, which is harder than new words for a known one.
        #expect(quality.macroRecall > 0.72)
        #expect(quality.calibrationError < 0.08)
        for recall in quality.recalls { #expect(recall > 0.5) }
    }

    @Test("plain messages are put where anybody would put them")
    func plainMessages() async throws {
        try #require(ModelFiles.areComplete(in: Self.modelFolder), "the embedding model is missing: run make setup")
        let embedder = NativeEmbedder(modelFolder: Self.modelFolder, threads: 1)
        let classifier = ExampleClassifier(examples: try IncidentExamples.load(), embedder: embedder)
        let messages: [(String, IncidentCategory)] = [
            ("My gym billed me twice in May, can you check?", .duplicatePayment),
            ("Bought sneakers, page showed an error, money's gone though", .failedPayment),
            ("Somebody in Brazil is buying phones with my card!", .fraudReport),
            ("Please return the 40 euros for the jacket I sent back", .refundRequest),
            ("the app says wrong password and now I am locked out", .accountLocked),
            ("The balance on my statement is off by ten dollars", .statementError),
            ("Do you have a branch in Lisbon?", .other),
        ]
        for (message, category) in messages {
            let found = try await classifier.classify(message)
            #expect(found.best.label == category.rawValue, "\(message)")
            #expect(found.best.confidence > found.secondBest.confidence)
        }
    }
}
