import Foundation
import JSONCoding
import Testing

@testable import Embeddings

/// The built-in embedder beside the reference implementation (`Fixtures/make_reference.py`).
@Suite(.enabled(if: ModelFolder.isThere, "needs the model's files, see MODEL_DIR"))
struct ReferenceTests {
    struct Reference {
        let text: String
        let pieces: [Int32]
        let vector: [Float]
    }

    static func references() throws -> [Reference] {
        let folder = try #require(Bundle.module.url(forResource: "Fixtures", withExtension: nil))
        let texts = try JSONValue(parsing: Array(Data(contentsOf: folder.appending(path: "texts.json"))))
        let bytes = Array(try Data(contentsOf: folder.appending(path: "vectors.f16")))
        let vectors = try #require(VectorBlock(dimension: 384, bytes: bytes))
        return try #require(texts.array).enumerated().map { index, entry in
            Reference(
                text: try #require(entry["text"]?.string),
                pieces: try #require(entry["pieces"]?.array).map { Int32($0.integer ?? -1) },
                vector: vectors.vector(at: index))
        }
    }

    @Test func `a hundred texts are cut into the same word pieces`() throws {
        let tokenizer = WordPieceTokenizer(vocabulary: try Vocabulary(path: ModelFolder.path + "/vocab.txt"))
        let references = try Self.references()
        #expect(references.count == 100)
        for reference in references {
            let windows = TextWindows.windows(of: reference.text, by: tokenizer)
            #expect(windows == [reference.pieces], "\(reference.text)")
        }
    }

    @Test func `a hundred texts have the same vectors to 0.0001 of cosine`() async throws {
        let references = try Self.references()
        let embedder = NativeEmbedder(modelFolder: ModelFolder.path, threads: 2)
        let vectors = try await embedder.embed(references.map(\.text))
        for (reference, vector) in zip(references, vectors) {
            let cosine = VectorMath.product(vector, VectorMath.normalized(reference.vector))
            #expect(cosine > 0.9999, "\(reference.text)")
        }
    }

    @Test func `a text's vector does not depend on what is embedded beside it`() async throws {
        let texts = try Self.references().map(\.text).suffix(20)
        let embedder = NativeEmbedder(modelFolder: ModelFolder.path, threads: 2)
        let together = try await embedder.embed(Array(texts))
        for (text, vector) in zip(texts, together) {
            let alone = try await embedder.embed([text])
            #expect(VectorMath.product(alone[0], vector) > 0.99999)
        }
    }

    @Test func `a text of many windows is heard to its end`() async throws {
        let embedder = NativeEmbedder(modelFolder: ModelFolder.path, threads: 1)
        let opening = String(repeating: "The weather was fine and the road was dry. ", count: 120)
        let ending = String(repeating: "Mitochondria turn sugar into energy. ", count: 60)
        let vectors = try await embedder.embed([opening, opening + ending, "mitochondria make energy"])
        #expect(vectors.allSatisfy { abs(VectorMath.product($0, $0) - 1) < 1e-5 })
        #expect(VectorMath.product(vectors[1], vectors[2]) > VectorMath.product(vectors[0], vectors[2]) + 0.1)
    }

    @Test func `OpenBLAS runs the code that suits this processor`() throws {
        let name = try NativeEmbedder.coreName()
        if let wanted = CoreType.name(for: .current) { #expect(name == wanted) }
    }
}
