internal import Glibc
internal import Platform

/// A file mapped for reading; unmapped when released.
///
/// Only pages that are touched take memory, and the kernel shares them between processes and takes them back at need.
final class MappedFile: @unchecked Sendable {
    // Safe to share: the mapping is read-only and lives as long as this object.
    let bytes: UnsafeRawBufferPointer

    /// Maps a regular file with at least one byte; open(2), mmap(2).
    init(path: String) throws(SystemError) {
        let file = try FileDescriptor.openForReading(path: path)
        let status = try file.fileStatus()
        guard status.isRegularFile, status.byteCount > 0, let count = Int(exactly: status.byteCount) else {
            throw SystemError(code: EINVAL, call: "mmap")
        }
        guard let address = mmap(nil, count, PROT_READ, MAP_PRIVATE, file.rawValue, 0), address != MAP_FAILED else {
            throw SystemError.last("mmap")
        }
        bytes = UnsafeRawBufferPointer(start: address, count: count)
    }

    deinit {
        munmap(UnsafeMutableRawPointer(mutating: bytes.baseAddress), bytes.count)
    }
}
