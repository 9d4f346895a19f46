import Retrieval
import Testing

@testable import IngestService

@Suite struct DocumentCacheTests {
    private func document(_ id: String) -> IndexedDocument {
        IndexedDocument(id: id, title: id, chunks: [])
    }

    @Test func `the least recently used goes when there is no room`() {
        var cache = DocumentCache(bytesMax: 100)
        for id in ["a", "b"] {
            #expect(cache.insert(document(id), .init(lectureID: id, contentVersion: 1), bytes: 50) == [])
        }
        #expect(cache.document(.init(lectureID: "a", contentVersion: 1)) != nil)
        #expect(cache.insert(document("c"), .init(lectureID: "c", contentVersion: 1), bytes: 30) == ["b"])
        #expect(cache.bytes == 80)
        #expect(cache.contains("a"))
    }

    @Test func `a document is only served for its version, and an older one never replaces a newer`() {
        var cache = DocumentCache(bytesMax: 100)
        _ = cache.insert(document("a"), .init(lectureID: "a", contentVersion: 2), bytes: 10)
        #expect(cache.document(.init(lectureID: "a", contentVersion: 1)) == nil)
        #expect(cache.insert(document("a"), .init(lectureID: "a", contentVersion: 1), bytes: 10) == [])
        #expect(cache.document(.init(lectureID: "a", contentVersion: 2)) != nil)
        #expect(cache.insert(document("a"), .init(lectureID: "a", contentVersion: 3), bytes: 20) == ["a"])
        #expect(cache.bytes == 20)
    }

    @Test func `what is larger than the cache is not kept`() {
        var cache = DocumentCache(bytesMax: 100)
        _ = cache.insert(document("a"), .init(lectureID: "a", contentVersion: 1), bytes: 100)
        #expect(cache.insert(document("b"), .init(lectureID: "b", contentVersion: 1), bytes: 101) == [])
        #expect(cache.contains("a"))
        #expect(!cache.contains("b"))
    }
}
