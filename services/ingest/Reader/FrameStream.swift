internal import Glibc
import ReaderProtocol

/// The worker's end of the conversation, on standard input and output; both block.
struct FrameStream {
    private var framing = Framing()
    private var output: [UInt8] = []

    /// The next request, or nil when the parent has closed its end.
    ///
    /// - Throws: ``WireError`` when what comes is not a request.
    mutating func next() throws(WireError) -> ReaderRequest? {
        while true {
            if let content = try framing.next() { return try ReaderRequest(decoding: content) }
            let count = withUnsafeTemporaryAllocation(byteCount: 4096, alignment: 1) { buffer in
                let count = read(STDIN_FILENO, buffer.baseAddress, buffer.count)
                if count > 0 { framing.append(UnsafeRawBufferPointer(rebasing: buffer[..<count])) }
                return count
            }
            if count == 0 || (count < 0 && errno != EINTR) { return nil }
        }
    }

    /// Puts an answer into the buffer.
    mutating func append(_ frame: ReaderFrame) {
        output.append(contentsOf: frame.encoded())
    }

    /// Writes what is in the buffer. A parent that has gone away ends the process by SIGPIPE.
    mutating func flush() {
        var written = 0
        while written < output.count {
            let count = output.withUnsafeBytes { bytes in
                write(STDOUT_FILENO, bytes.baseAddress?.advanced(by: written), bytes.count - written)
            }
            if count < 0, errno != EINTR { exit(EXIT_FAILURE) }
            written += max(0, count)
        }
        output.removeAll(keepingCapacity: output.capacity < 1 << 20)
    }
}
