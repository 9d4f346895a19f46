package import HTTPServer
package import Logs
package import Metrics
package import Platform

/// A real server on a free port of this machine, for the time of one closure.
package struct TestServer: Sendable {
    package let port: UInt16
    package let server: HTTPServer
    package let logs: MemoryLogSink
    package let metrics: MetricRegistry

    /// A client connected to it.
    package func connect(receiveBufferBytes: Int? = nil) throws -> RawHTTPClient {
        try RawHTTPClient(port: port, receiveBufferBytes: receiveBufferBytes)
    }

    /// Starts a server, lends it, and shuts it down whatever happens. `loops` is the number of event loops.
    @discardableResult
    package static func run<Result>(
        _ routes: [Route], middleware: [any HTTPMiddleware] = [], loops: Int = 2,
        options configure: (inout HTTPServerOptions) -> Void = { _ in },
        _ body: (TestServer) async throws -> Result
    ) async throws -> Result {
        let group = try EventLoopGroup(count: loops)
        return try await run({ _ in routes }, middleware: middleware, group: group, options: configure, body)
    }

    /// The same with routes that need the group, as a gateway's do.
    @discardableResult
    package static func run<Result>(
        _ makeRoutes: (EventLoopGroup) throws -> [Route], middleware: [any HTTPMiddleware] = [], group: EventLoopGroup,
        options configure: (inout HTTPServerOptions) -> Void = { _ in },
        _ body: (TestServer) async throws -> Result
    ) async throws -> Result {
        var options = HTTPServerOptions()
        options.timeouts.drain = .milliseconds(500)
        options.timeouts.drainIdle = .milliseconds(10)
        configure(&options)
        let logs = MemoryLogSink()
        let metrics = MetricRegistry()
        let server = HTTPServer(
            options: options, group: group, router: Router(routes: try makeRoutes(group)), middleware: middleware,
            logger: Logger(name: "test", sink: logs, level: .debug), metrics: metrics)
        let port = try await server.start()
        do {
            let result = try await body(TestServer(port: port, server: server, logs: logs, metrics: metrics))
            await server.shutdown()
            await group.shutdown()
            return result
        } catch {
            await server.shutdown()
            await group.shutdown()
            throw error
        }
    }
}
