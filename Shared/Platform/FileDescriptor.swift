internal import CLinux
internal import Glibc

/// The owner of one open descriptor; closed when it goes out of scope.
package struct FileDescriptor: ~Copyable, Sendable {
    /// The number, for calls made while this owner is alive.
    package let rawValue: Int32

    /// Takes over a descriptor that nobody else closes.
    package init(adopting rawValue: Int32) {
        precondition(rawValue >= 0, "a descriptor is never negative")
        self.rawValue = rawValue
    }

    deinit {
        // close(2) must not be repeated after EINTR on Linux: the number is free already.
        _ = Glibc.close(rawValue)
    }

    /// Closes now and reports what close(2) says, which for files can be a late write error.
    package consuming func close() throws(SystemError) {
        let number = rawValue
        discard self
        if Glibc.close(number) != 0, errno != EINTR { throw SystemError.last("close") }
    }

    /// Gives up ownership without closing.
    package consuming func release() -> Int32 {
        let number = rawValue
        discard self
        return number
    }
}

extension FileDescriptor {
    /// Opens a file for reading, close-on-exec; open(2). Throws `SystemError`.
    package static func openForReading(path: String) throws(SystemError) -> FileDescriptor {
        FileDescriptor(adopting: try retryingInterrupted("open") { open(path, O_RDONLY | O_CLOEXEC) })
    }

    /// Reads up to `buffer.count` bytes; read(2).
    package func read(into buffer: UnsafeMutableRawBufferPointer) throws(SystemError) -> IOResult {
        try movingBytes("read") { Glibc.read(rawValue, buffer.baseAddress, buffer.count) }
    }

    /// Writes from `bytes`, perhaps not all; write(2). For sockets use `send`, which raises no SIGPIPE.
    package func write(_ bytes: UnsafeRawBufferPointer) throws(SystemError) -> IOResult {
        try movingBytes("write") { Glibc.write(rawValue, bytes.baseAddress, bytes.count) }
    }

    /// Size, inode and modification time of an open file; fstat(2).
    package func fileStatus() throws(SystemError) -> FileStatus {
        var status = stat()
        _ = try retryingInterrupted("fstat") { fstat(rawValue, &status) }
        return FileStatus(
            byteCount: Int64(status.st_size),
            inode: UInt64(status.st_ino),
            isRegularFile: status.st_mode & S_IFMT == S_IFREG,
            modified: Timestamp(
                millisecondsSince1970: Int64(status.st_mtim.tv_sec) * 1000 + Int64(status.st_mtim.tv_nsec) / 1_000_000))
    }
}

/// What fstat(2) says about a file.
package struct FileStatus: Sendable, Hashable {
    package let byteCount: Int64
    package let inode: UInt64
    package let isRegularFile: Bool
    package let modified: Timestamp
}
