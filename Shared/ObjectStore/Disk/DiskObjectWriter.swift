import Glibc
import Platform

/// Writes one object of a ``DiskObjectStore`` on one of its threads.
actor DiskObjectWriter: ObjectWriter {
    private let executor: BlockingExecutor
    private let tree: DiskTree
    private let key: ObjectKey
    private let contentType: String
    private let path: String
    private var incoming: SpooledFile?

    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    init(executor: BlockingExecutor, tree: DiskTree, key: ObjectKey, contentType: String) {
        self.executor = executor
        self.tree = tree
        self.key = key
        self.contentType = contentType
        path = tree.newIncoming()
    }

    func open() throws {
        incoming = try SpooledFile(path: path)
    }

    func write(_ chunk: [UInt8]) throws {
        let written: Void? = try incoming?.write(chunk)
        guard written != nil else { throw ObjectStoreError(.misuse, "the writer is finished") }
    }

    func finish() throws -> ObjectMetadata {
        guard var incoming = incoming.take() else { throw ObjectStoreError(.misuse, "the writer is finished") }
        try incoming.sync()
        return try tree.publish(path, as: key, sha256: incoming.seal(), contentType: contentType)
    }

    func abandon() {
        _ = incoming.take()
    }
}
