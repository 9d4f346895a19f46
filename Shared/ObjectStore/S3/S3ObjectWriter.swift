import Platform

/// Takes an object for an ``S3ObjectStore``: into a local file first, because the digest is signed before the first byte
/// is sent, and because only what is kept can be sent a second time.
actor S3ObjectWriter: ObjectWriter {
    private let executor: BlockingExecutor
    private let store: S3ObjectStore
    private let key: ObjectKey
    private let contentType: String
    private let path: String
    private var file: SpooledFile?
    private var isFinished = false

    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    init(store: S3ObjectStore, executor: BlockingExecutor, path: String, key: ObjectKey, contentType: String) {
        self.store = store
        self.executor = executor
        self.path = path
        self.key = key
        self.contentType = contentType
    }

    @inline(never)
    func open() throws {
        file = try SpooledFile(path: path)
    }

    func write(_ chunk: [UInt8]) throws {
        let written: Void? = isFinished ? nil : try file?.write(chunk)
        guard written != nil else { throw ObjectStoreError(.misuse, "the writer is finished") }
    }

    func finish() async throws -> ObjectMetadata {
        guard !isFinished, let byteCount = file?.byteCount, let sha256 = file?.seal() else {
            throw ObjectStoreError(.misuse, "the writer is finished")
        }
        isFinished = true
        // The file goes when it has been sent, or has failed to be.
        defer { file = nil }
        return try await store.upload(
            S3Upload(path: path, byteCount: byteCount, sha256: sha256, key: key, contentType: contentType))
    }

    func abandon() {
        guard !isFinished else { return }
        isFinished = true
        file = nil
    }
}
