internal import CLinux
internal import Glibc

/// An IPv4 or IPv6 address with a port.
package struct SocketAddress: Sendable, Hashable, CustomStringConvertible {
    /// 4 or 16 bytes in network order.
    private var bytes: (UInt64, UInt64)
    private var isIPv6: Bool
    package var port: UInt16

    package static func == (left: SocketAddress, right: SocketAddress) -> Bool {
        left.bytes == right.bytes && left.isIPv6 == right.isIPv6 && left.port == right.port
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(bytes.0)
        hasher.combine(bytes.1)
        hasher.combine(port)
    }

    /// The address written in `text` as numbers (`127.0.0.1`, `::1`), never looked up; nil for anything else.
    package init?(numeric text: String, port: UInt16) {
        bytes = (0, 0)
        self.port = port
        isIPv6 = text.utf8.contains(UInt8(ascii: ":"))
        let family = isIPv6 ? AF_INET6 : AF_INET
        let isRead = withUnsafeMutableBytes(of: &bytes) { inet_pton(family, text, $0.baseAddress) == 1 }
        guard isRead else { return nil }
    }

    /// Looks a host name up with getaddrinfo(3): blocks, so only on a `BlockingExecutor` or at start.
    /// Throws `SystemError` with `EHOSTUNREACH` when the name has no address.
    package static func resolve(host: String, port: UInt16) throws(SystemError) -> SocketAddress {
        if let numeric = SocketAddress(numeric: host, port: port) { return numeric }
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        defer { if let list { freeaddrinfo(list) } }
        guard getaddrinfo(host, nil, &hints, &list) == 0, let first = list?.pointee.ai_addr else {
            throw SystemError(code: EHOSTUNREACH, call: "getaddrinfo")
        }
        guard var address = SocketAddress(raw: first) else {
            throw SystemError(code: EHOSTUNREACH, call: "getaddrinfo")
        }
        address.port = port
        return address
    }

    /// The address as numbers, without the port.
    package var host: String {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: 64) { text in
            text.initialize(repeating: 0)
            let family = isIPv6 ? AF_INET6 : AF_INET
            let written = withUnsafeBytes(of: bytes) {
                inet_ntop(family, $0.baseAddress, text.baseAddress, socklen_t(text.count))
            }
            guard let written else { return "" }
            return String(cString: written)
        }
    }

    /// The address with its port, `127.0.0.1:8080` or `[::1]:8080`.
    package var description: String {
        isIPv6 ? "[\(host)]:\(port)" : "\(host):\(port)"
    }
}

extension SocketAddress {
    init?(raw: UnsafePointer<sockaddr>) {
        bytes = (0, 0)
        switch Int32(raw.pointee.sa_family) {
        case AF_INET:
            let address = UnsafeRawPointer(raw).loadUnaligned(as: sockaddr_in.self)
            isIPv6 = false
            port = UInt16(bigEndian: address.sin_port)
            withUnsafeMutableBytes(of: &bytes) { target in
                withUnsafeBytes(of: address.sin_addr) { target.copyMemory(from: $0) }
            }
        case AF_INET6:
            let address = UnsafeRawPointer(raw).loadUnaligned(as: sockaddr_in6.self)
            isIPv6 = true
            port = UInt16(bigEndian: address.sin6_port)
            withUnsafeMutableBytes(of: &bytes) { target in
                withUnsafeBytes(of: address.sin6_addr) { target.copyMemory(from: $0) }
            }
        default:
            return nil
        }
    }

    var family: Int32 { isIPv6 ? AF_INET6 : AF_INET }

    /// Lends the address in the form the socket calls want.
    func withRaw<Result>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
        if isIPv6 {
            var address = sockaddr_in6()
            address.sin6_family = sa_family_t(AF_INET6)
            address.sin6_port = port.bigEndian
            withUnsafeMutableBytes(of: &address.sin6_addr) { target in
                withUnsafeBytes(of: bytes) { target.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[..<16])) }
            }
            return withUnsafePointer(to: &address) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    body($0, socklen_t(MemoryLayout<sockaddr_in6>.size))
                }
            }
        }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        withUnsafeMutableBytes(of: &address.sin_addr) { target in
            withUnsafeBytes(of: bytes) { target.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[..<4])) }
        }
        return withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
        }
    }
}
