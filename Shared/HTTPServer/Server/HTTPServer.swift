internal import HTTPMessages
internal import Lifecycle
package import Logs
package import Metrics
package import Platform

/// An HTTP/1.1 server on event loops.
///
/// One loop listens and hands each new connection to the loop with the fewest; from then on the connection, its requests,
/// handlers and timeouts stay on that loop's thread. `start()` opens the port, `run()` lives until `shutdown()`, which
/// stops accepting, lets requests finish within `timeouts.drain` and then ends what is left.
package actor HTTPServer: Service {
    private let options: HTTPServerOptions
    private let group: EventLoopGroup
    private let sites: [ServerSite]
    private let logger: Logger
    private var acceptor: Acceptor?
    private var phase = Phase.new
    private var runners: [CheckedContinuation<Void, Never>] = []

    private enum Phase { case new, listening, draining, stopped }

    package nonisolated var serviceName: String { "http" }

    /// The first of `middleware` is the outermost. Registers the server's metrics.
    package init(
        options: HTTPServerOptions = HTTPServerOptions(), group: EventLoopGroup, router: Router,
        middleware: [any HTTPMiddleware] = [], logger: Logger, metrics: MetricRegistry
    ) {
        self.options = options
        self.group = group
        self.logger = logger
        let dispatcher = Dispatcher(router: router, middleware: middleware)
        let recorder = RequestRecorder(router: router, options: options, metrics: metrics, logger: logger)
        sites = group.loops.map {
            ServerSite(loop: $0, options: options, dispatcher: dispatcher, recorder: recorder, logger: logger)
        }
    }

    /// Opens the port and begins to accept; the port that was bound. Calling it again tells the port again. Throws
    /// `SystemError`, such as `EADDRINUSE`.
    @discardableResult
    package func start() async throws -> UInt16 {
        if let acceptor { return acceptor.address.port }
        precondition(phase == .new, "a server starts once")
        let descriptors = ProcessLimits.raiseOpenFiles()
        let host = options.host
        let port = options.port
        let address =
            if let numeric = SocketAddress(numeric: host, port: port) {
                numeric
            } else {
                try await BlockingExecutor(name: "resolve").run { try SocketAddress.resolve(host: host, port: port) }
            }
        let acceptor = try Acceptor(
            socket: .listening(at: address), sites: sites,
            connectionsMax: min(options.connectionsMax, max(16, descriptors - Self.reservedDescriptors)))
        try await acceptor.open()
        self.acceptor = acceptor
        phase = .listening
        logger.info("listening", [("server.address", "\(acceptor.address)")])
        return acceptor.address.port
    }

    /// What files, databases and outgoing connections need beside the connections of clients.
    private static let reservedDescriptors = 512

    /// Starts if that has not been done, and returns after `shutdown()` or when its task is cancelled.
    package func run() async throws {
        try await start()
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                if phase == .stopped { continuation.resume() } else { runners.append(continuation) }
            }
        } onCancel: {
            // Ends when the drain does; a cancelled task has no other way to ask for it.
            Task { await self.shutdown() }
        }
    }

    /// Stops accepting, waits for requests to finish, cancels those that take too long. Returns when no connection is left.
    package func shutdown() async {
        guard phase == .listening else { return stop() }
        phase = .draining
        logger.info("draining")
        await acceptor?.close()
        for site in sites { await ConnectionCensus(site: site).beginDraining() }
        // Owned by this call: it ends the drain at its limit, and is cancelled when everybody has gone before that.
        let limit = Task { [sites, options] in
            try await SystemTime().sleep(for: options.timeouts.drain)
            for site in sites { await ConnectionCensus(site: site).abandonAll() }
        }
        for site in sites { await ConnectionCensus(site: site).waitUntilEmpty() }
        limit.cancel()
        logger.info("drained")
        stop()
    }

    private func stop() {
        phase = .stopped
        let waiting = runners
        runners = []
        for runner in waiting { runner.resume() }
    }
}

/// Speaks to all connections of one loop, on that loop.
private actor ConnectionCensus {
    private let site: ServerSite
    nonisolated var unownedExecutor: UnownedSerialExecutor { site.loop.asUnownedSerialExecutor() }

    init(site: ServerSite) {
        self.site = site
    }

    func beginDraining() {
        site.beginDraining()
        for connection in site.connections { connection.assumeIsolated { $0.drain() } }
    }

    func abandonAll() {
        for connection in site.connections { connection.assumeIsolated { $0.close() } }
    }

    func waitUntilEmpty() async {
        await withCheckedContinuation { site.whenEmpty($0) }
    }
}
