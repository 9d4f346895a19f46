internal import Glibc
package import Platform

/// A file's bytes in memory, read by the system as they are touched; mmap(2).
///
/// If somebody shortens the file meanwhile, touching the missing part ends the process (SIGBUS). Only worker processes
/// that may die use this.
package struct MappedFile: ~Copyable {
    package let bytes: UnsafeRawBufferPointer

    /// Maps a whole regular file for reading. Throws `SystemError`; an empty file cannot be mapped (`EINVAL`).
    package init(descriptor: Int32) throws(SystemError) {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw SystemError.last("fstat") }
        guard status.st_mode & S_IFMT == S_IFREG, status.st_size > 0 else {
            throw SystemError(code: EINVAL, call: "mmap")
        }
        let address = mmap(nil, Int(status.st_size), PROT_READ, MAP_PRIVATE, descriptor, 0)
        guard let address, address != MAP_FAILED else { throw SystemError.last("mmap") }
        bytes = UnsafeRawBufferPointer(start: address, count: Int(status.st_size))
    }

    /// Takes what has been read out of this process's memory; it comes back when it is touched again. madvise(2).
    package func releasePages() {
        // Advice that is not taken costs memory only.
        _ = madvise(UnsafeMutableRawPointer(mutating: bytes.baseAddress), bytes.count, MADV_DONTNEED)
    }

    deinit {
        munmap(UnsafeMutableRawPointer(mutating: bytes.baseAddress), bytes.count)
    }
}
