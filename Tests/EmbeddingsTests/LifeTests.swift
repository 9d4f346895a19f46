import Platform
import TestSupport
import Testing

@testable import Embeddings

struct LifeTests {
    @Test(.enabled(if: ModelFolder.isThere, "needs the model's files, see MODEL_DIR"))
    func `nothing is loaded before the first text, and after the idle time nothing any more`() async throws {
        let time = ManualTime()
        let embedder = NativeEmbedder(modelFolder: ModelFolder.path, time: time)
        #expect(!embedder.isLoaded)
        let life = Task { try await embedder.run() }
        _ = try await embedder.embed(["one"])
        #expect(embedder.isLoaded)
        await time.waitForSleepers(1)
        time.advance(by: .seconds(301))
        while embedder.isLoaded { await Task.yield() }
        _ = try await embedder.embed(["two"])
        #expect(embedder.isLoaded)
        await embedder.shutdown()
        try await life.value
    }

    @Test func `after shutdown texts are refused`() async throws {
        let embedder = NativeEmbedder(modelFolder: "/nonexistent")
        await embedder.shutdown()
        let error = await #expect(throws: EmbeddingError.self) { try await embedder.embed(["text"]) }
        #expect(error?.code == .closed)
    }

    @Test func `a folder without a model is told as such`() async throws {
        let error = await #expect(throws: EmbeddingError.self) {
            try await NativeEmbedder(modelFolder: "/nonexistent").embed(["text"])
        }
        #expect(error?.code == .modelMissing)
    }

    @Test func `the core type follows from the instruction sets`() {
        func name(avx: Bool, avx2: Bool, avx512: Bool, amd: Bool) -> String? {
            CoreType.name(for: .init(hasAVX: avx, hasAVX2AndFMA: avx2, hasAVX512: avx512, isAMD: amd))
        }
        #expect(name(avx: true, avx2: true, avx512: true, amd: false) == "SkylakeX")
        #expect(name(avx: true, avx2: true, avx512: true, amd: true) == "SkylakeX")
        #expect(name(avx: true, avx2: true, avx512: false, amd: false) == "Haswell")
        #expect(name(avx: true, avx2: true, avx512: false, amd: true) == "Zen")
        #expect(name(avx: true, avx2: false, avx512: false, amd: false) == "Sandybridge")
        #expect(name(avx: false, avx2: false, avx512: false, amd: false) == nil)
    }
}
