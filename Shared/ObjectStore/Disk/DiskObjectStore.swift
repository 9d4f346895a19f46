import Glibc
import Platform

/// An ``ObjectStore`` in a folder of a local disk.
///
/// A file is written under a temporary name, synced, renamed, and its folder synced; file calls run on a few threads of the
/// store's own. Several processes may use one folder.
package final class DiskObjectStore: ObjectStore {
    private let tree: DiskTree
    private let workers: [DiskWorker]
    private let links: ObjectLinkSigner?

    /// Uses the folder `root` and makes it when missing.
    ///
    /// - Parameters:
    ///   - threads: How many file calls run at once.
    ///   - links: Makes the links, which a service has to serve; nil for a store without.
    package init(root: String, threads: Int = 2, links: ObjectLinkSigner? = nil) async throws {
        tree = DiskTree(root: root)
        self.links = links
        workers = (0..<max(1, threads)).map { [tree] in DiskWorker(number: $0, tree: tree) }
        try await workers[0].run { tree throws(ObjectStoreError) in try tree.prepare() }
    }

    /// One key is always served by one worker, so that two writes of a key do not run into each other.
    private func worker(for key: ObjectKey) -> DiskWorker {
        workers[Int(UInt(bitPattern: key.hashValue) % UInt(workers.count))]
    }

    package func makeWriter(_ key: ObjectKey, contentType: String) async throws -> any ObjectWriter {
        try await worker(for: key).makeWriter(key, contentType: ObjectContentType.checked(contentType))
    }

    @discardableResult
    package func put(
        _ key: ObjectKey, movingFileAt path: String, contentType: String
    ) async throws -> ObjectMetadata {
        let contentType = try ObjectContentType.checked(contentType)
        return try await worker(for: key).run { tree throws(ObjectStoreError) in
            try tree.adopt(path, as: key, contentType: contentType)
        }
    }

    package func metadata(_ key: ObjectKey) async throws -> ObjectMetadata? {
        try await worker(for: key).run { tree throws(ObjectStoreError) in try tree.metadata(key) }
    }

    package func get(_ key: ObjectKey, range: Range<Int64>?) async throws -> ObjectContent? {
        try await worker(for: key).open(key, range: range)
    }

    package func localPath(_ key: ObjectKey) async throws -> String? {
        try await worker(for: key).run { tree throws(ObjectStoreError) in
            guard let status = try FileSystem.status(of: tree.object(key)), !status.isFolder else { return nil }
            return tree.object(key)
        }
    }

    package func delete(_ key: ObjectKey) async throws {
        try await worker(for: key).run { tree throws(ObjectStoreError) in try tree.delete(key) }
    }

    @discardableResult
    package func deletePrefix(_ prefix: ObjectPrefix) async throws -> Int {
        try await workers[0].run { tree throws(ObjectStoreError) in try tree.deletePrefix(prefix) }
    }

    package func list(_ prefix: ObjectPrefix, after: ObjectKey?, limit: Int) async throws -> [ObjectEntry] {
        try await workers[0].run { tree throws(ObjectStoreError) in
            try DiskListing(tree, after: after, limit: limit).objects(under: prefix)
        }
    }

    package func link(_ key: ObjectKey, lifetime: Duration, fileName: String?) throws -> String {
        guard let links else { throw ObjectStoreError(.unavailable, "this store makes no links") }
        return links.link(key, lifetime: lifetime, fileName: fileName)
    }

    package func checkReachable() async throws {
        try await workers[0].run { tree throws(ObjectStoreError) in
            guard try FileSystem.status(of: tree.root)?.isFolder == true else {
                throw ObjectStoreError(.unavailable, "the folder of the store is missing")
            }
        }
    }
}

/// One thread for file calls.
actor DiskWorker {
    private let executor: BlockingExecutor
    private let tree: DiskTree

    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    init(number: Int, tree: DiskTree) {
        executor = BlockingExecutor(name: "objects-\(number)")
        self.tree = tree
    }

    func run<Value: Sendable>(
        _ body: @Sendable (DiskTree) throws(ObjectStoreError) -> Value
    ) throws(ObjectStoreError) -> Value {
        try body(tree)
    }

    func makeWriter(_ key: ObjectKey, contentType: String) async throws -> DiskObjectWriter {
        let writer = DiskObjectWriter(executor: executor, tree: tree, key: key, contentType: contentType)
        try await writer.open()
        return writer
    }

    func open(_ key: ObjectKey, range: Range<Int64>?) throws -> ObjectContent? {
        guard let file = try FileSystem.openIfPresent(tree.object(key)),
            let metadata = try tree.metadata(key, of: file)
        else { return nil }
        let whole = 0..<metadata.byteCount
        let range = range ?? whole
        let clipped = range.clamped(to: whole)
        guard range == whole || !clipped.isEmpty, range.lowerBound >= 0 else {
            throw ObjectStoreError(.invalidRange, "the range lies outside the object")
        }
        let reader = DiskObjectReader(executor: executor, file: file, range: clipped)
        return ObjectContent(metadata: metadata, range: clipped, chunks: ObjectChunks { try await reader.next() })
    }
}
