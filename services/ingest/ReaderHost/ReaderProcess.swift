internal import Glibc
import Platform
import ReaderProtocol

/// One running `lectern-reader`, killed and reaped when it goes out of scope.
///
/// Parent and child speak over a socket pair that is the child's standard input and output. The child starts with
/// nothing else: no environment of ours, no descriptors but the document, no blocked signals.
struct ReaderProcess: ~Copyable {
    /// The process ended, or said something it never says.
    struct Ended: Error {
        /// The worker's time was over and we killed it.
        var wasTimedOut = false
    }

    private let socket: FileDescriptor
    let handle: ReaderProcessHandle
    private var framing = Framing()

    /// Starts the program with the document as its `documentDescriptor`; posix_spawn(3).
    init(
        executable: String, document: borrowing FileDescriptor, registry: ReaderProcessRegistry
    ) throws(SystemError) {
        var ends: [Int32] = [-1, -1]
        let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        _ = try retryingInterrupted("socketpair") { socketpair(AF_UNIX, type, 0, &ends) }
        let ownEnd = FileDescriptor(adopting: ends[0])
        let childEnd = FileDescriptor(adopting: ends[1])
        let pid = try Self.spawn(executable: executable, socket: childEnd.rawValue, document: document.rawValue)
        socket = ownEnd
        handle = ReaderProcessHandle(pid: pid, registry: registry)
    }

    deinit {
        handle.killAndReap()
    }

    /// Sends a request.
    mutating func send(_ request: ReaderRequest) throws(Ended) {
        let bytes = request.encoded()
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes { buffer in
                // Requests are a few hundred bytes and the socket holds more, so this never waits for the child.
                Glibc.send(
                    socket.rawValue, buffer.baseAddress?.advanced(by: sent), buffer.count - sent,
                    Int32(MSG_NOSIGNAL))
            }
            if count < 0, errno != EINTR { throw Ended() }
            sent += max(0, count)
        }
    }

    /// Waits for the next frame until `deadline`; the process is killed when that passes.
    mutating func receive(until deadline: MonotonicInstant) throws(Ended) -> ReaderFrame {
        do {
            while true {
                if let content = try framing.next() { return try ReaderFrame(decoding: content) }
                try waitForBytes(until: deadline)
                try readAvailable()
            }
        } catch let ended as Ended {
            throw ended
        } catch {
            // Frames that are none: the process is not ours any more in any useful sense.
            handle.killAndReap()
            throw Ended()
        }
    }

    private func waitForBytes(until deadline: MonotonicInstant) throws(Ended) {
        while true {
            let left = deadline - .now
            let milliseconds = Int32(clamping: Int64(left / .milliseconds(1)) + 1)
            guard left > .zero else {
                handle.killAndReap()
                throw Ended(wasTimedOut: true)
            }
            var descriptor = pollfd(fd: socket.rawValue, events: Int16(POLLIN), revents: 0)
            let ready = poll(&descriptor, 1, milliseconds)
            if ready > 0 { return }
            if ready < 0, errno != EINTR { throw Ended() }
        }
    }

    private mutating func readAvailable() throws(Ended) {
        let capacity = 256 << 10
        let count = withUnsafeTemporaryAllocation(byteCount: capacity, alignment: 1) { buffer in
            let count = recv(socket.rawValue, buffer.baseAddress, buffer.count, 0)
            if count > 0 { framing.append(UnsafeRawBufferPointer(rebasing: buffer[..<count])) }
            return count
        }
        if count == 0 || (count < 0 && errno != EINTR) {
            handle.killAndReap()
            throw Ended()
        }
    }
}
