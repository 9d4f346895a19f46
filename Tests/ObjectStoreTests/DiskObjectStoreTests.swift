import ContractSuites
import FoundationEssentials
import Glibc
import ObjectStore
import TestSupport
import Testing

struct DiskObjectStoreTests {
    @Test func `the disk store keeps the contract of an object store`() async throws {
        let folder = try TemporaryFolder()
        let store = try await DiskObjectStore(root: folder.file("objects"))
        try await ObjectStoreContract(store).checkAll()
        // Nothing half-written is left.
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.file("objects/incoming")).isEmpty)
    }

    @Test(arguments: [
        "", "/", "/absolute", "a//b", "a/", "../x", "a/../b", "a/..", ".", "a/./b", "a\u{0}b", "a\nb", "a\u{7f}",
        "a\\b",
        "a\u{85}b", String(repeating: "x", count: 256), String(repeating: "abc/", count: 256) + "x",
    ])
    func `keys that could lead elsewhere are refused`(text: String) {
        #expect(throws: ObjectStoreError.self) { try ObjectKey(text) }
    }

    @Test(arguments: ["a", "..a", "a..", "a/b c/é.pdf", String(repeating: "x", count: 255)])
    func `harmless keys are taken`(text: String) throws {
        #expect(try ObjectKey(text).description == text)
    }

    @Test func `prefixes are whole parts`() throws {
        for wrong in ["a", "/", "a//", "../"] { #expect(throws: ObjectStoreError.self) { try ObjectPrefix(wrong) } }
        #expect(try ObjectPrefix("a/b/").description == "a/b/")
    }

    @Test func `an object and a folder of one name are kept apart`() async throws {
        let folder = try TemporaryFolder()
        let store = try await DiskObjectStore(root: folder.path)
        try await store.put(try ObjectKey("a"), bytes: [1], contentType: "x/y")
        let failure = await #expect(throws: ObjectStoreError.self) {
            try await store.put(try ObjectKey("a/b"), bytes: [1], contentType: "x/y")
        }
        #expect(failure?.code == .invalidKey)
        try await store.put(try ObjectKey("c/d"), bytes: [1], contentType: "x/y")
        #expect(try await store.metadata(try ObjectKey("c")) == nil)
        #expect(try await store.get(try ObjectKey("c")) == nil)
        #expect(try await store.localPath(try ObjectKey("c")) == nil)
        try await store.delete(try ObjectKey("c"))
        #expect(try await store.exists(try ObjectKey("c/d")))
    }

    @Test func `the file can be read where it lies, by this user only`() async throws {
        let folder = try TemporaryFolder()
        let store = try await DiskObjectStore(root: folder.path)
        try await store.put(try ObjectKey("a/b"), bytes: [1, 2], contentType: "x/y")
        let path = try #require(try await store.localPath(try ObjectKey("a/b")))
        #expect(Array(try Data(contentsOf: URL(filePath: path))) == [1, 2])
        var status = stat()
        #expect(stat(path, &status) == 0)
        #expect(status.st_mode & 0o777 == 0o600)
    }

    @Test func `a record that is lost or foreign is made anew from the content`() async throws {
        let folder = try TemporaryFolder()
        let store = try await DiskObjectStore(root: folder.path)
        let key = try ObjectKey("a")
        let stored = try await store.put(key, bytes: Array("hello".utf8), contentType: "text/plain")
        try FileManager.default.removeItem(atPath: folder.file("records/a"))
        let mended = try #require(try await store.metadata(key))
        #expect(mended.sha256 == stored.sha256)
        #expect(mended.contentType == "application/octet-stream")
        for garbage in ["", "1 2 3", "x y z w\n", "\(Int.max) 5 \(String(repeating: "0", count: 64)) text/plain\n"] {
            try folder.write("records/a", Array(garbage.utf8))
            #expect(try await store.metadata(key)?.sha256 == stored.sha256)
        }
    }

    @Test func `a content type that would break a header is refused`() async throws {
        let folder = try TemporaryFolder()
        let store = try await DiskObjectStore(root: folder.path)
        for wrong in ["", "a\r\nX: y", "é", String(repeating: "x", count: 256)] {
            await #expect(throws: ObjectStoreError.self) {
                try await store.put(try ObjectKey("a"), bytes: [1], contentType: wrong)
            }
        }
    }

    @Test func `writing many objects at once, also under one name, leaves whole ones`() async throws {
        let folder = try TemporaryFolder()
        let store = try await DiskObjectStore(root: folder.path)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for n in 0..<60 {
                group.addTask {
                    let bytes = [UInt8](repeating: UInt8(n), count: 2000)
                    try await store.put(try ObjectKey("same"), bytes: bytes, contentType: "x/y")
                    try await store.put(try ObjectKey("f/\(n % 3)/\(n)"), bytes: bytes, contentType: "x/y")
                    if n % 3 == 0 { try await store.deletePrefix(try ObjectPrefix("f/0/")) }
                }
            }
            try await group.waitForAll()
        }
        let same = try #require(try await store.bytes(try ObjectKey("same"), upTo: 5000))
        #expect(same.count == 2000 && Set(same).count == 1)
        #expect(try await store.list(try ObjectPrefix("f/1/"), after: nil, limit: 100).count == 20)
    }
}
