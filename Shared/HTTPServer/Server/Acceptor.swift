internal import Logs
internal import Platform

/// The listening socket, on the first loop. Gives each new connection to the loop that has the fewest.
actor Acceptor: EventLoopChannel {
    nonisolated let address: SocketAddress
    nonisolated var unownedExecutor: UnownedSerialExecutor { sites[0].loop.asUnownedSerialExecutor() }
    private nonisolated let sites: [ServerSite]
    private let connectionsMax: Int
    private var socket: FileDescriptor?
    private var id: ChannelID?

    /// Connections accepted in one turn of the loop, so that a flood of them does not starve those that are there.
    private static let acceptsPerTurn = 128
    /// How long to wait when descriptors have run out; meanwhile connections wait in the kernel's queue.
    private static let pause: Duration = .milliseconds(50)

    init(socket: consuming FileDescriptor, sites: [ServerSite], connectionsMax: Int) throws(SystemError) {
        address = try socket.localAddress()
        self.socket = consume socket
        self.sites = sites
        self.connectionsMax = connectionsMax
    }

    func open() throws(SystemError) {
        id = try socket?.registerListener(self, on: sites[0].loop)
        accept()
    }

    /// Takes in the connections that the kernel has completed already, then closes the port.
    func close() {
        while acceptSome() {}
        if let id { socket?.deregister(id, from: sites[0].loop) }
        id = nil
        socket = nil
    }

    nonisolated func ready(_ readiness: Readiness) {
        assumeIsolated { $0.accept() }
    }

    nonisolated func deadlineReached() {
        assumeIsolated { $0.accept() }
    }

    private func accept() {
        if acceptSome() { again(after: .zero) }
    }

    /// Accepts what waits, up to a bound; true when there may be more.
    private func acceptSome() -> Bool {
        for _ in 0..<Self.acceptsPerTurn {
            do {
                guard let accepted = try socket?.accept() else { return false }
                welcome(accepted)
            } catch {
                // EMFILE, ENFILE, ENOBUFS, ENOMEM: trying on at once would only spin.
                sites[0].logger.warning("accepting pauses", [("error", "\(error)")])
                again(after: Self.pause)
                return false
            }
        }
        return true
    }

    private func again(after pause: Duration) {
        guard let id else { return }
        sites[0].loop.notify(id, at: sites[0].loop.now + pause)
    }

    private func welcome(_ accepted: consuming AcceptedSocket) {
        var total = 0
        var best = sites[0]
        var fewest = Int.max
        for site in sites {
            let count = site.connectionCount
            total += count
            if count < fewest { (fewest, best) = (count, site) }
        }
        let peer = accepted.peer
        let socket = accepted.take()
        guard total < connectionsMax else { return turnAway(socket) }
        best.connectionOpened()
        let connection = HTTPConnection(socket: socket, peer: peer, site: best)
        if best.loop.isOnLoop {
            connection.assumeIsolated { $0.open() }
        } else {
            best.loop.submit { connection.assumeIsolated { $0.open() } }
        }
    }

    /// A full house says so instead of leaving the client to guess. Best effort: the answer fits any send buffer.
    private func turnAway(_ socket: consuming FileDescriptor) {
        let answer: StaticString =
            "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        answer.withUTF8Buffer { _ = try? socket.send(UnsafeRawBufferPointer($0)) }
        sites[0].recorder.connectionRefused()
    }
}
