internal import CLinux
internal import Glibc

/// TCP sockets: all non-blocking and close-on-exec from the moment they are made.
extension FileDescriptor {
    /// A socket that listens at `address` (port 0: any free one). `sharesPort` sets SO_REUSEPORT, with which several
    /// listeners divide the connections among them. Throws `SystemError`, with `EADDRINUSE` when the port is taken.
    package static func listening(
        at address: SocketAddress, backlog: Int32 = 4096, sharesPort: Bool = false
    ) throws(SystemError) -> FileDescriptor {
        let descriptor = try makeSocket(address)
        try descriptor.setOption(SOL_SOCKET, SO_REUSEADDR, 1)
        if sharesPort { try descriptor.setOption(SOL_SOCKET, SO_REUSEPORT, 1) }
        let number = descriptor.rawValue
        _ = try retryingInterrupted("bind") { address.withRaw { bind(number, $0, $1) } }
        _ = try retryingInterrupted("listen") { listen(number, backlog) }
        return descriptor
    }

    /// Begins to connect; the socket becomes writable when that has succeeded or failed, see `pendingError()`.
    package static func connecting(to address: SocketAddress) throws(SystemError) -> FileDescriptor {
        let descriptor = try makeSocket(address)
        try descriptor.setOption(Int32(IPPROTO_TCP), TCP_NODELAY, 1)
        let number = descriptor.rawValue
        if address.withRaw({ connect(number, $0, $1) }) != 0 {
            let error = SystemError.last("connect")
            // After EINTR the attempt goes on in the background just like after EINPROGRESS.
            if error.code != EINPROGRESS, error.code != EINTR { throw error }
        }
        return descriptor
    }

    /// The next connection that waits, or nil. Throws `SystemError`, with `EMFILE` or `ENFILE` when descriptors are short.
    package func accept() throws(SystemError) -> AcceptedSocket? {
        while true {
            var storage = sockaddr_storage()
            var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
            let number = clinux_accept(rawValue, &storage, &length)
            if number >= 0 {
                let socket = FileDescriptor(adopting: number)
                let peer = withUnsafePointer(to: &storage) {
                    $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { SocketAddress(raw: $0) }
                }
                // Small answers must not wait for the peer's delayed acknowledgement.
                try? socket.setOption(Int32(IPPROTO_TCP), TCP_NODELAY, 1)
                // A peer that reads slowly holds up its sender here, not after megabytes of kernel memory.
                try? socket.setOption(Int32(IPPROTO_TCP), TCP_NOTSENT_LOWAT, unsentBytesMax)
                return AcceptedSocket(descriptor: socket, peer: peer)
            }
            let error = SystemError.last("accept4")
            switch error.code {
            case EAGAIN: return nil
            // The connection broke before it was accepted (accept(2)): the next one may be fine.
            case EINTR, ECONNABORTED, EPROTO, ENETDOWN, EHOSTDOWN, EHOSTUNREACH, ENETUNREACH: continue
            default: throw error
            }
        }
    }

    /// Bytes the peer has not acknowledged yet (SIOCOUTQ): whether they become fewer tells a slow reader from a dead one.
    package func unacknowledgedBytes() -> Int {
        max(0, Int(clinux_unacknowledged(rawValue)))
    }

    /// Receives up to `buffer.count` bytes; recv(2). Zero bytes: the peer sends no more.
    package func receive(into buffer: UnsafeMutableRawBufferPointer) throws(SystemError) -> IOResult {
        try movingBytes("recv") { recv(rawValue, buffer.baseAddress, buffer.count, 0) }
    }

    /// Sends from `bytes`, perhaps not all; send(2) without SIGPIPE. `hasMore` lets the kernel wait for what follows.
    package func send(_ bytes: UnsafeRawBufferPointer, hasMore: Bool = false) throws(SystemError) -> IOResult {
        let flags = Int32(MSG_NOSIGNAL) | (hasMore ? Int32(MSG_MORE) : 0)
        return try movingBytes("send") { Glibc.send(rawValue, bytes.baseAddress, bytes.count, flags) }
    }

    /// Sends up to `count` bytes of `file` from `offset` without copying them through the process; sendfile(2).
    package func send(
        file: borrowing FileDescriptor, offset: Int64, count: Int
    ) throws(SystemError) -> IOResult {
        var position = off_t(offset)
        let source = file.rawValue
        return try movingBytes("sendfile") { sendfile(rawValue, source, &position, count) }
    }

    /// Tells the peer that nothing more will be sent; shutdown(2). Errors mean it is gone already.
    package func finishSending() {
        _ = shutdown(rawValue, Int32(SHUT_WR))
    }

    /// Makes the coming close reset the connection instead of lingering (SO_LINGER 0).
    package func resetOnClose() {
        var option = linger(l_onoff: 1, l_linger: 0)
        _ = setsockopt(rawValue, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
    }

    /// The result of a connection attempt that was pending: nil when it succeeded (SO_ERROR).
    package func pendingError() -> SystemError? {
        var code: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        guard getsockopt(rawValue, SOL_SOCKET, SO_ERROR, &code, &length) == 0 else { return .last("getsockopt") }
        return code == 0 ? nil : SystemError(code: code, call: "connect")
    }

    /// The address this socket is bound to; getsockname(2).
    package func localAddress() throws(SystemError) -> SocketAddress {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let number = rawValue
        let address: SocketAddress? = try withRawAddress(&storage) { (raw) throws(SystemError) in
            _ = try retryingInterrupted("getsockname") { getsockname(number, raw, &length) }
            return SocketAddress(raw: raw)
        }
        guard let address else { throw SystemError(code: EAFNOSUPPORT, call: "getsockname") }
        return address
    }

    /// Limits the kernel's send buffer (SO_SNDBUF); tests of slow readers use it.
    package func limitSendBuffer(bytes: Int) throws(SystemError) {
        try setOption(SOL_SOCKET, SO_SNDBUF, Int32(clamping: bytes))
    }

    private static func makeSocket(_ address: SocketAddress) throws(SystemError) -> FileDescriptor {
        let kind = Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
        return FileDescriptor(adopting: try retryingInterrupted("socket") { socket(address.family, kind, 0) })
    }

    private func setOption(_ level: Int32, _ name: Int32, _ value: Int32) throws(SystemError) {
        var value = value
        let number = rawValue
        _ = try retryingInterrupted("setsockopt") {
            setsockopt(number, level, name, &value, socklen_t(MemoryLayout<Int32>.size))
        }
    }
}

/// Bytes the kernel takes ahead of what it can send to a peer (TCP_NOTSENT_LOWAT).
private let unsentBytesMax: Int32 = 131_072

/// A connection that was just accepted and where it comes from (nil for families other than IPv4 and IPv6).
package struct AcceptedSocket: ~Copyable {
    package let descriptor: FileDescriptor
    package let peer: SocketAddress?

    /// Hands the socket to its new owner.
    package consuming func take() -> FileDescriptor { descriptor }
}

private func withRawAddress<Result>(
    _ storage: inout sockaddr_storage, _ body: (UnsafeMutablePointer<sockaddr>) throws(SystemError) -> Result
) throws(SystemError) -> Result {
    try withUnsafeMutablePointer(to: &storage) { (pointer) throws(SystemError) in
        try body(UnsafeMutableRawPointer(pointer).assumingMemoryBound(to: sockaddr.self))
    }
}
