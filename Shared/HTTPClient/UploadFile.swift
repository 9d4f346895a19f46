import Glibc
import Platform

/// A file, or a stretch of one, that is being sent, read piece by piece on the curl thread. Its length is what it was
/// when opened: a file that shrinks meanwhile fails the request, one that grows is sent up to that length.
struct UploadFile: ~Copyable {
    let length: Int64
    private let descriptor: FileDescriptor
    /// Where in the file the stretch begins.
    private let start: Int64
    private var offset: Int64 = 0

    /// - Parameter range: nil for the whole file.
    init(path: String, range: Range<Int64>? = nil) throws(HTTPClientError) {
        do {
            let descriptor = try FileDescriptor.openForReading(path: path)
            let status = try descriptor.fileStatus()
            guard status.isRegularFile else {
                throw HTTPClientError(.unreadableFile, "What is to be sent is not a file.")
            }
            let range = range ?? 0..<status.byteCount
            guard range.lowerBound >= 0, range.upperBound <= status.byteCount else {
                throw HTTPClientError(.unreadableFile, "The file to be sent is shorter than it should be.")
            }
            self.descriptor = descriptor
            start = range.lowerBound
            length = range.upperBound - range.lowerBound
        } catch let error as HTTPClientError {
            throw error
        } catch {
            throw HTTPClientError(.unreadableFile, "The file to be sent cannot be opened.")
        }
    }

    /// - Returns: the bytes read, 0 at the end, `nil` when the file ends early or fails.
    mutating func read(into buffer: UnsafeMutableRawBufferPointer) -> Int? {
        let wanted = min(Int64(buffer.count), length - offset)
        guard wanted > 0, let base = buffer.baseAddress else { return 0 }
        var count = pread(descriptor.rawValue, base, Int(wanted), Int(start + offset))
        while count < 0 && errno == EINTR { count = pread(descriptor.rawValue, base, Int(wanted), Int(start + offset)) }
        guard count > 0 else { return nil }
        offset += Int64(count)
        return count
    }

    /// Goes back so that libcurl can send again after a connection turned out dead.
    mutating func seek(to target: Int64) -> Bool {
        guard (0...length).contains(target) else { return false }
        offset = target
        return true
    }
}
