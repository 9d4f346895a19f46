internal import Glibc

/// Files that hold keys: readable by their owner only, made in one step, so that several processes that start at once on
/// the same folder agree on one content. Blocking; meant for start-up.
package enum SecretFile {
    /// Largest key file that is read.
    package static let bytesMax = 16 * 1_024

    /// The content of `path`; when there is none yet, what `make` returns becomes it. If another process was faster, its
    /// content is returned. Throws when the file is open to others (mode beyond 0600), too large, empty or not readable.
    package static func readOrCreate(path: String, make: () throws -> [UInt8]) throws -> [UInt8] {
        if let content = try read(path: path) { return content }
        try create(path: path, content: make())
        guard let content = try read(path: path) else { throw failure("open", path: path) }
        return content
    }

    /// The content of `path`, nil when it does not exist.
    package static func read(path: String) throws(CryptoError) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw failure("open", path: path)
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw failure("fstat", path: path) }
        guard status.st_mode & S_IFMT == S_IFREG, status.st_mode & 0o077 == 0 else {
            throw CryptoError(.keyFile, "\(name(of: path)) must be a file that only its owner may read (mode 0600)")
        }
        guard status.st_size > 0, status.st_size <= bytesMax else {
            throw CryptoError(.keyFile, "\(name(of: path)) is empty or too large")
        }
        var content = [UInt8](repeating: 0, count: Int(status.st_size))
        var filled = 0
        while filled < content.count {
            let count = content.withUnsafeMutableBytes { buffer in
                Glibc.read(descriptor, buffer.baseAddress?.advanced(by: filled), buffer.count - filled)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw failure("read", path: path) }
            filled += count
        }
        return content
    }

    /// Puts `content` at `path` unless something is there already: written and synced under a name of its own, then
    /// linked, which exactly one process can do (link(2)).
    package static func create(path: String, content: [UInt8]) throws(CryptoError) {
        let draft = "\(path).\(getpid()).\(UInt32.random(in: 0...UInt32.max))"
        let descriptor = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw failure("open", path: path) }
        defer {
            unlink(draft)
            close(descriptor)
        }
        var written = 0
        while written < content.count {
            let count = content.withUnsafeBytes { buffer in
                write(descriptor, buffer.baseAddress?.advanced(by: written), buffer.count - written)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw failure("write", path: path) }
            written += count
        }
        guard fsync(descriptor) == 0 else { throw failure("fsync", path: path) }
        guard link(draft, path) == 0 || errno == EEXIST else { throw failure("link", path: path) }
        syncFolder(of: path)
    }

    /// Makes the new name survive a power cut. A file system that cannot sync a folder is not an error.
    private static func syncFolder(of path: String) {
        let end = path.lastIndex(of: "/")
        let folder = end.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        fsync(descriptor)
        close(descriptor)
    }

    private static func failure(_ call: StaticString, path: String) -> CryptoError {
        let number = errno
        return CryptoError(.keyFile, "\(call) \(name(of: path)): \(String(cString: strerror(number)))")
    }

    private static func name(of path: String) -> String {
        path.split(separator: "/").last.map(String.init) ?? path
    }
}
