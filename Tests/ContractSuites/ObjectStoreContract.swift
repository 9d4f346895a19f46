package import ObjectStore
import Platform
import TestSupport
import Testing

/// What every ``ObjectStore`` must do. The store is expected to be empty.
package struct ObjectStoreContract: Sendable {
    private let store: any ObjectStore

    package init(_ store: any ObjectStore) {
        self.store = store
    }

    package func checkAll() async throws {
        try await objectsComeBack()
        try await streamsComeBack()
        try await failedStreamsLeaveNothing()
        try await filesAreTakenOver()
        try await largeObjectsComeBack()
        try await rangesAreClipped()
        try await readersKeepWhatTheyOpened()
        try await listsArePaged()
        try await deletingIsIdempotent()
    }

    private func key(_ text: String) throws -> ObjectKey { try ObjectKey(text) }

    private func content(_ text: String, _ range: Range<Int64>? = nil) async throws -> [UInt8]? {
        guard let content = try await store.get(try key(text), range: range) else { return nil }
        var bytes: [UInt8] = []
        for try await chunk in content.chunks { bytes += chunk }
        return bytes
    }

    func objectsComeBack() async throws {
        let key = try key("a/b.txt")
        #expect(try await store.metadata(key) == nil)
        #expect(try await store.get(key) == nil)
        #expect(try await !store.exists(key))
        let stored = try await store.put(key, bytes: Array("hello".utf8), contentType: "text/plain; charset=utf-8")
        #expect(stored.byteCount == 5)
        #expect(stored.sha256 == "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824")
        #expect(stored.etag.hasPrefix("\"") && stored.etag.hasSuffix("\""))
        let read = try await store.metadata(key)
        #expect(read?.contentType == "text/plain; charset=utf-8")
        #expect(read?.sha256 == stored.sha256)
        #expect(try await content("a/b.txt") == Array("hello".utf8))
        let replaced = try await store.put(key, bytes: [], contentType: "application/pdf")
        #expect(replaced.byteCount == 0 && replaced.etag != stored.etag)
        #expect(try await content("a/b.txt") == [])
        #expect(try await store.bytes(key, upTo: 0) == [])
    }

    func streamsComeBack() async throws {
        let chunks = (0..<50).map { n in [UInt8](repeating: UInt8(n), count: n * 1000) }
        let stream = AsyncStream { continuation in
            for chunk in chunks { continuation.yield(chunk) }
            continuation.finish()
        }
        let stored = try await store.put(try key("big/stream"), chunks: stream, contentType: "x/y")
        #expect(stored.byteCount == Int64(chunks.joined().count))
        #expect(try await content("big/stream") == Array(chunks.joined()))
        let tooLarge = await #expect(throws: ObjectStoreError.self) {
            try await store.bytes(try key("big/stream"), upTo: 10)
        }
        #expect(tooLarge?.code == .io)
    }

    func failedStreamsLeaveNothing() async throws {
        struct Broken: Error {}
        let stream = AsyncThrowingStream<[UInt8], any Error> { continuation in
            continuation.yield([1, 2, 3])
            continuation.finish(throwing: Broken())
        }
        await #expect(throws: Broken.self) {
            try await store.put(try key("broken"), chunks: stream, contentType: "x/y")
        }
        #expect(try await !store.exists(try key("broken")))
        let writer = try await store.makeWriter(try key("broken"), contentType: "x/y")
        try await writer.write([1])
        await writer.abandon()
        await #expect(throws: ObjectStoreError.self) { try await writer.write([2]) }
        await #expect(throws: ObjectStoreError.self) { try await writer.finish() }
        #expect(try await !store.exists(try key("broken")))
    }

    func filesAreTakenOver() async throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("upload", Array("from a file".utf8))
        let stored = try await store.put(try key("files/upload"), movingFileAt: path, contentType: "text/plain")
        #expect(stored.byteCount == 11)
        #expect(try await content("files/upload") == Array("from a file".utf8))
        let gone = await #expect(throws: ObjectStoreError.self) {
            try await store.put(try key("files/again"), movingFileAt: path, contentType: "text/plain")
        }
        #expect(gone?.code == .notFound)
    }

    /// Around the size from which a server is sent parts, and of several of them.
    func largeObjectsComeBack() async throws {
        let folder = try TemporaryFolder()
        // Of prime length, so that parts in a wrong order are not the same.
        let block = (0..<65_521).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }
        for byteCount in [16 << 20, 16 << 20 + 1, 33 << 20] {
            var bytes: [UInt8] = []
            bytes.reserveCapacity(byteCount + block.count)
            while bytes.count < byteCount { bytes += block }
            bytes.removeLast(bytes.count - byteCount)
            let key = try key("large/\(byteCount)")
            let path = try folder.write("large", bytes)
            let stored = try await store.put(key, movingFileAt: path, contentType: "audio/mpeg")
            #expect(stored.byteCount == Int64(byteCount))
            let metadata = try #require(try await store.metadata(key))
            #expect(metadata.byteCount == Int64(byteCount) && metadata.sha256 == stored.sha256)
            #expect(try await store.bytes(key, upTo: byteCount) == bytes)
            let end = Int64(byteCount)
            #expect(try await content("large/\(byteCount)", (end - 3)..<end) == Array(bytes.suffix(3)))
            try await store.delete(key)
        }
    }

    func rangesAreClipped() async throws {
        try await store.put(try key("r"), bytes: Array(0..<100), contentType: "x/y")
        #expect(try await content("r", 10..<20) == Array(10..<20))
        #expect(try await content("r", 90..<1000) == Array(90..<100))
        #expect(try await content("r", 0..<100)?.count == 100)
        for wrong: Range<Int64> in [100..<200, 50..<50, -5..<10] {
            let failure = await #expect(throws: ObjectStoreError.self) { try await content("r", wrong) }
            #expect(failure?.code == .invalidRange)
        }
    }

    func readersKeepWhatTheyOpened() async throws {
        let old = [UInt8](repeating: 1, count: 600_000)
        try await store.put(try key("kept"), bytes: old, contentType: "x/y")
        let content = try #require(try await store.get(try key("kept")))
        try await store.put(try key("kept"), bytes: [2], contentType: "x/y")
        try await store.delete(try key("kept"))
        var bytes: [UInt8] = []
        for try await chunk in content.chunks { bytes += chunk }
        #expect(bytes == old)
    }

    func listsArePaged() async throws {
        let names = ["l/a", "l/a-b", "l/a/1", "l/a/2", "l/b", "l/é", "m/x"].filter { $0 != "l/a" }
        for name in names { try await store.put(try key(name), bytes: [1], contentType: "x/y") }
        let prefix = try ObjectPrefix("l/")
        var listed: [String] = []
        var after: ObjectKey?
        repeat {
            let page = try await store.list(prefix, after: after, limit: 2)
            listed += page.map(\.key.description)
            after = page.last?.key
        } while after != nil
        #expect(listed == ["l/a-b", "l/a/1", "l/a/2", "l/b", "l/é"])
        #expect(try await store.list(try ObjectPrefix("nothing/"), after: nil, limit: 10).isEmpty)
    }

    func deletingIsIdempotent() async throws {
        for name in ["d/1/x", "d/1/y", "d/10/z", "d/2"] {
            try await store.put(try key(name), bytes: [1], contentType: "x/y")
        }
        let one = try ObjectPrefix("d/1/")
        #expect(try await store.deletePrefix(one) == 2)
        #expect(try await store.deletePrefix(one) == 0)
        #expect(try await store.exists(try key("d/10/z")))
        try await store.delete(try key("d/2"))
        try await store.delete(try key("d/2"))
        #expect(try await !store.exists(try key("d/2")))
        #expect(try await store.deletePrefix(.all) > 0)
        #expect(try await store.list(.all, after: nil, limit: 10).isEmpty)
        try await store.put(try key("again/here"), bytes: [1], contentType: "x/y")
        #expect(try await store.exists(try key("again/here")))
    }
}
