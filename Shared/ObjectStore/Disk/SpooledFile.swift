import Crypto
import Glibc
import Platform

/// A file that is being written, with size and digest of what it has so far. Removed when it is let go of, unless it has
/// been given another name.
struct SpooledFile: ~Copyable {
    let path: String
    private(set) var byteCount: Int64 = 0
    private let file: FileDescriptor
    private var digest = DigestState(.sha256)

    /// Creates the file, which must not exist.
    init(path: String) throws(ObjectStoreError) {
        file = try FileSystem.create(path)
        self.path = path
    }

    deinit {
        // Once it has been renamed nothing has this name any more.
        unlink(path)
    }

    mutating func write(_ chunk: [UInt8]) throws(ObjectStoreError) {
        try FileSystem.writeAll(chunk, to: file)
        digest.update(chunk)
        byteCount += Int64(chunk.count)
    }

    /// Makes the content durable.
    func sync() throws(ObjectStoreError) {
        try FileSystem.sync(file)
    }

    /// SHA-256 of what was written, in hex. Once, after the last write.
    mutating func seal() -> String {
        // Parts of a value with a deinit cannot be consumed: the digest is exchanged for a new one.
        var taken = DigestState(.sha256)
        swap(&taken, &digest)
        return Hex.encode(taken.finish())
    }
}
