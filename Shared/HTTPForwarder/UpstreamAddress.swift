internal import Platform

/// Where an upstream server is: a host, looked up when first needed and again now and then, and a port.
package final class UpstreamAddress: Sendable, CustomStringConvertible {
    private static let lookupLifetime: Duration = .seconds(30)

    package let host: String
    package let port: UInt16
    private let numeric: SocketAddress?
    private let found = Lock<(address: SocketAddress, until: MonotonicInstant)?>(nil)
    private let executor = Lock<BlockingExecutor?>(nil)

    package init(host: String, port: UInt16) {
        self.host = host
        self.port = port
        numeric = SocketAddress(numeric: host, port: port)
    }

    package var description: String {
        host.utf8.contains(UInt8(ascii: ":")) ? "[\(host)]:\(port)" : "\(host):\(port)"
    }

    /// The address to connect to. Throws `UpstreamError.unreachable` when the name is not known.
    func resolved() async throws -> SocketAddress {
        if let numeric { return numeric }
        let now = MonotonicInstant.now
        if let found = found.withLock({ $0 }), found.until > now { return found.address }
        let executor = executor.withLock { executor in
            let used = executor ?? BlockingExecutor(name: "lookup")
            executor = used
            return used
        }
        do {
            let address = try await executor.run { [host, port] in try SocketAddress.resolve(host: host, port: port) }
            found.withLock { $0 = (address, now + Self.lookupLifetime) }
            return address
        } catch let error as SystemError {
            throw UpstreamError.unreachable(error)
        }
    }
}
