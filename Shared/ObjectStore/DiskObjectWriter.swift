import Crypto
import Glibc
import Platform

/// Writes one object of a ``DiskObjectStore`` on one of its threads.
actor DiskObjectWriter: ObjectWriter {
    private let executor: BlockingExecutor
    private let tree: DiskTree
    private let key: ObjectKey
    private let contentType: String
    private let path: String
    private var incoming: IncomingFile?

    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    init(executor: BlockingExecutor, tree: DiskTree, key: ObjectKey, contentType: String) {
        self.executor = executor
        self.tree = tree
        self.key = key
        self.contentType = contentType
        path = tree.newIncoming()
    }

    func open() throws {
        incoming = try IncomingFile(path: path)
    }

    func write(_ chunk: [UInt8]) throws {
        let written: Void? = try incoming?.write(chunk)
        guard written != nil else { throw ObjectStoreError(.misuse, "the writer is finished") }
    }

    func finish() throws -> ObjectMetadata {
        guard let incoming = incoming.take() else { throw ObjectStoreError(.misuse, "the writer is finished") }
        return try incoming.publish(as: key, contentType: contentType, in: tree)
    }

    func abandon() {
        _ = incoming.take()
    }
}

/// A file that is being written, with the digest of what it has so far. Removed unless it is published.
private struct IncomingFile: ~Copyable {
    private let path: String
    private let file: FileDescriptor
    private var digest = DigestState(.sha256)

    init(path: String) throws(ObjectStoreError) {
        file = try FileSystem.create(path)
        self.path = path
    }

    deinit {
        // Once it is published nothing has this name any more.
        unlink(path)
    }

    mutating func write(_ chunk: [UInt8]) throws(ObjectStoreError) {
        try FileSystem.writeAll(chunk, to: file)
        digest.update(chunk)
    }

    /// Makes the content durable and gives it its name.
    consuming func publish(
        as key: ObjectKey, contentType: String, in tree: DiskTree
    ) throws(ObjectStoreError) -> ObjectMetadata {
        try FileSystem.sync(file)
        let sha256 = Hex.encode(Self.finish(&digest))
        return try tree.publish(path, as: key, sha256: sha256, contentType: contentType)
    }

    /// Takes the digest out: parts of a value with a deinit cannot be consumed.
    private static func finish(_ digest: inout DigestState) -> [UInt8] {
        var taken = DigestState(.sha256)
        swap(&taken, &digest)
        return taken.finish()
    }
}
