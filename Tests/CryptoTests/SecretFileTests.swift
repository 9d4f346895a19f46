import Crypto
import Glibc
import Testing

@Suite struct SecretFileTests {
    private static func withFolder(_ body: (String) async throws -> Void) async throws {
        var template = Array("/tmp/lectern-secret-XXXXXX".utf8CString)
        let folder = try #require(mkdtemp(&template).map { String(cString: $0) })
        defer {
            for name in ["key", "open", "empty", "link"] { unlink("\(folder)/\(name)") }
            rmdir(folder)
        }
        try await body(folder)
    }

    @Test func `A key is made once, for its owner only, and found again`() async throws {
        try await Self.withFolder { folder in
            let path = folder + "/key"
            let first = try SecretFile.readOrCreate(path: path) { [1, 2, 3] }
            #expect(first == [1, 2, 3])
            #expect(try SecretFile.readOrCreate(path: path) { [9] } == [1, 2, 3])
            var status = stat()
            #expect(stat(path, &status) == 0)
            #expect(status.st_mode & 0o777 == 0o600)
        }
    }

    @Test func `Starters at the same moment agree on one key`() async throws {
        try await Self.withFolder { folder in
            let keys = try await withThrowingTaskGroup(of: [UInt8].self) { group in
                for _ in 0..<20 {
                    group.addTask { try SecretFile.readOrCreate(path: folder + "/key") { randomBytes(32) } }
                }
                return try await group.reduce(into: Set<[UInt8]>()) { $0.insert($1) }
            }
            #expect(keys.count == 1)
        }
    }

    @Test func `Files that others may read, links and empty files are refused`() async throws {
        try await Self.withFolder { folder in
            try SecretFile.create(path: folder + "/key", content: [1])
            try SecretFile.create(path: folder + "/open", content: [1])
            chmod(folder + "/open", 0o640)
            try SecretFile.create(path: folder + "/empty", content: [])
            symlink(folder + "/key", folder + "/link")
            for name in ["open", "empty", "link"] {
                #expect(throws: CryptoError.self) { try SecretFile.read(path: "\(folder)/\(name)") }
            }
            #expect(try SecretFile.read(path: folder + "/none") == nil)
            #expect(throws: CryptoError.self) { try SecretFile.create(path: folder + "/none/key", content: [1]) }
        }
    }
}
