import Glibc
import Platform

/// The folder in which uploads arrive, and the thread that writes to it.
///
/// Nothing in it outlives the process: what a crash left there is removed at the next start.
final class UploadSpool: Sendable {
    private let folder: String
    fileprivate let executor = BlockingExecutor(name: "uploads")

    /// Makes the folder, or empties it.
    ///
    /// - Throws: `SystemError`.
    init(folder: String) async throws {
        self.folder = folder
        try await executor.run {
            if mkdir(folder, 0o700) != 0, errno != EEXIST { throw SystemError.last("mkdir") }
            Self.removeFiles(in: folder)
        }
    }

    /// A new empty file.
    ///
    /// - Throws: `SystemError`.
    func makeFile() async throws -> SpooledFile {
        let path = "\(folder)/\(Identifier.make())"
        let number = try await executor.run {
            try retryingInterrupted("open") { open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600) }
        }
        return SpooledFile(path: path, descriptor: FileDescriptor(adopting: number), executor: executor)
    }

    private static func removeFiles(in folder: String) {
        guard let stream = opendir(folder) else { return }
        defer { closedir(stream) }
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            // Only names that were made here.
            if Identifier(name) != nil { unlink("\(folder)/\(name)") }
        }
    }
}

/// A file on its way in. Whoever receives it either moves it away or calls ``discard()``.
final class SpooledFile: Sendable {
    let path: String
    private let descriptor: FileDescriptor
    private let executor: BlockingExecutor

    fileprivate init(path: String, descriptor: consuming FileDescriptor, executor: BlockingExecutor) {
        self.path = path
        self.descriptor = descriptor
        self.executor = executor
    }

    /// Appends bytes; returns when the kernel has them.
    ///
    /// - Throws: `SystemError`.
    func write(_ bytes: ArraySlice<UInt8>) async throws {
        try await executor.run { [self] in
            try bytes.withUnsafeBytes { buffer in
                var rest = buffer[...]
                while !rest.isEmpty {
                    switch try descriptor.write(UnsafeRawBufferPointer(rebasing: rest)) {
                    case .bytes(let count): rest = rest.dropFirst(count)
                    // A regular file never asks to wait.
                    case .wouldBlock: throw SystemError(code: EIO, call: "write")
                    }
                }
            }
        }
    }

    /// Removes the file, unless it has been moved away.
    func discard() async {
        try? await executor.run { [path] in _ = unlink(path) }
    }
}
