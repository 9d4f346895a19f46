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
    private var file: FileDescriptor?
    private var digest: DigestState?

    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    init(executor: BlockingExecutor, tree: DiskTree, key: ObjectKey, contentType: String) {
        self.executor = executor
        self.tree = tree
        self.key = key
        self.contentType = contentType
        path = tree.newIncoming()
    }

    deinit {
        if file != nil { unlink(path) }
    }

    func open() throws {
        file = try FileSystem.create(path)
        digest = DigestState(.sha256)
    }

    func write(_ chunk: [UInt8]) throws {
        guard let file else { throw ObjectStoreError(.misuse, "the writer is finished") }
        try FileSystem.writeAll(chunk, to: file)
        digest?.update(chunk)
    }

    func finish() throws -> ObjectMetadata {
        guard let file = file.take(), let digest = digest.take() else {
            throw ObjectStoreError(.misuse, "the writer is finished")
        }
        do {
            try FileSystem.sync(file)
            return try tree.publish(path, as: key, sha256: Hex.encode(digest.finish()), contentType: contentType)
        } catch {
            unlink(path)
            throw error
        }
    }

    func abandon() {
        guard file.take() != nil else { return }
        unlink(path)
    }
}
