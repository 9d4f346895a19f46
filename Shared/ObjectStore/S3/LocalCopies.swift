import Crypto
import Glibc
import Platform

/// Copies of remote objects in a folder, for programs that need a file: the ones used last, up to a size.
///
/// A copy is named after key and content, so a replaced object never meets its old copy.
actor LocalCopies {
    private struct Copy {
        let byteCount: Int64
        var lastUse: MonotonicInstant
    }

    /// Who was given a path has this long to open the file.
    static let holdTime = Duration.seconds(600)

    private let executor = BlockingExecutor(name: "object-copies")
    private let folder: String
    private let bytesMax: Int64
    private let time: any TimeSource
    private var copies: [String: Copy] = [:]

    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// Takes over what an earlier process left in `folder`, which is made when missing.
    init(folder: String, bytesMax: Int64, time: any TimeSource) async throws {
        self.folder = folder
        self.bytesMax = bytesMax
        self.time = time
        try prepare()
    }

    private func prepare() throws {
        try FileSystem.makeFolders(folder)
        for entry in try FileSystem.names(in: folder) {
            let path = "\(folder)/\(entry.name)"
            if entry.name.hasSuffix(".part") {
                try FileSystem.remove(path)
            } else if let status = try FileSystem.status(of: path) {
                copies[entry.name] = Copy(byteCount: status.byteCount, lastUse: time.monotonic)
            }
        }
    }

    /// The path of a copy, which is fetched when there is none.
    @inline(never)
    func path(
        of metadata: ObjectMetadata, fetch: @Sendable () async throws -> ObjectChunks
    ) async throws -> String {
        let key = SHA256.digest(of: Array(metadata.key.description.utf8)).prefix(16)
        let name = "\(Hex.encode(key))-\(metadata.sha256.prefix(32))"
        let path = "\(folder)/\(name)"
        if try copies[name] != nil && FileSystem.status(of: path) != nil {
            copies[name]?.lastUse = time.monotonic
            return path
        }
        var file = try SpooledFile(path: "\(folder)/\(Identifier.make()).part")
        for try await chunk in try await fetch() { try file.write(chunk) }
        guard rename(file.path, path) == 0 else { throw FileSystem.failure("rename") }
        copies[name] = Copy(byteCount: file.byteCount, lastUse: time.monotonic)
        try makeRoom()
        return path
    }

    /// Removes the copies that have not been used for longest, but none that somebody may be about to open.
    private func makeRoom() throws {
        var total = copies.values.reduce(0) { $0 + $1.byteCount }
        for (name, copy) in copies.sorted(by: { $0.value.lastUse < $1.value.lastUse }) {
            guard total > bytesMax, time.monotonic - copy.lastUse > Self.holdTime else { return }
            try FileSystem.remove("\(folder)/\(name)")
            copies[name] = nil
            total -= copy.byteCount
        }
    }
}
