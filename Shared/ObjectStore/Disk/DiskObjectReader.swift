import Glibc
import Platform

/// Reads one opened object of a ``DiskObjectStore`` piece by piece on one of its threads.
actor DiskObjectReader {
    private static let chunkBytes = 128 << 10

    private let executor: BlockingExecutor
    private let file: FileDescriptor
    private var rest: Range<Int64>

    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    init(executor: BlockingExecutor, file: consuming FileDescriptor, range: Range<Int64>) {
        self.executor = executor
        self.file = file
        rest = range
    }

    /// The next piece; `nil` at the end. Throws `.io` when the file has been cut short by somebody else.
    func next() throws -> [UInt8]? {
        guard !rest.isEmpty else { return nil }
        let count = Int(min(Int64(Self.chunkBytes), Int64(rest.count)))
        let chunk = try FileSystem.read(file, at: rest.lowerBound, count: count)
        guard chunk.count == count else { throw ObjectStoreError(.io, "the object became shorter while it was read") }
        rest = (rest.lowerBound + Int64(count))..<rest.upperBound
        return chunk
    }
}
