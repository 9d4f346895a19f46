import Contracts
import Glibc
import HTTPClient
import HTTPMessages
import HTTPServer
import JSONCoding
import Lifecycle
package import Logs
import Metrics
package import Platform
import Settings
import Tokens

/// A service that has been started: settings read, stores open, port bound. `run()` serves until the stop.
///
/// `ServiceMain` drives one in each executable; tests start as many as they like in one process, on port 0.
package final class ServiceRunner: Sendable {
    /// The port that was bound.
    package let port: UInt16
    private let group: ServiceGroup
    private let draining: DrainFlag
    private let loops: EventLoopGroup
    private let close: @Sendable () async -> Void

    private init(
        port: UInt16, group: ServiceGroup, draining: DrainFlag, loops: EventLoopGroup,
        close: @escaping @Sendable () async -> Void
    ) {
        self.port = port
        self.group = group
        self.draining = draining
        self.loops = loops
        self.close = close
    }

    /// Reads the settings, assembles the service and opens its port.
    ///
    /// - Parameters:
    ///   - environment: The process's environment, or what a test wants it to be.
    ///   - dotenv: The text of a `.env` file, if there is one.
    ///   - sink: Where logs go; nil for what the settings say.
    /// - Throws: `SettingsError` with every mistake; otherwise what stores and sockets throw.
    package static func start<Program: ServiceProgram>(
        _ program: Program.Type, environment: [String: String], dotenv: String? = nil, sink: (any LogSink)? = nil,
        time: any TimeSource = SystemTime()
    ) async throws -> ServiceRunner {
        var reader = SettingsReader(environment: environment, dotenv: dotenv)
        let basics = BasicSettings(
            service: Program.name, reader: &reader, coreCount: max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))))
        let configuration = Program.configuration(from: &reader)
        try reader.finish()

        try Folder.create(basics.dataFolder)
        let sink = try sink ?? logSink(basics)
        let logger = Logger(name: Program.name.rawValue, sink: sink, level: basics.logLevel, time: time)
        let metrics = MetricRegistry()
        metrics.addProcessReadings()
        let loops = try EventLoopGroup(count: basics.eventLoops)
        let client = HTTPClient(HTTPClientOptions(), logger: logger.named("client"), metrics: metrics)
        let secret = try InternalSecret.load(configured: basics.internalSecret, varFolder: basics.varFolder)
        let foundation = ServiceFoundation(
            basics: basics, logger: logger, metrics: metrics, time: time, loops: loops, client: client,
            serviceTokens: try ServiceToken(secret: secret, time: time))

        let app = try await Program.assemble(configuration, on: foundation)
        let draining = DrainFlag()
        let server = makeServer(app, foundation, draining)
        let port = try await server.start()
        let group = ServiceGroup(
            services: app.background + [server], logger: logger, time: time, gracePeriod: basics.shutdownGrace)
        return ServiceRunner(port: port, group: group, draining: draining, loops: loops) {
            await app.close()
            await client.shutdown()
            await sink.flush()
        }
    }

    private static func makeServer(
        _ app: ServiceApp, _ foundation: ServiceFoundation, _ draining: DrainFlag
    ) -> HTTPServer {
        let basics = foundation.basics
        var api = app.api
        HealthRoutes.add(
            to: &api, title: "Lectern \(basics.service.rawValue)",
            probe: ReadinessProbe(
                checks: app.readiness, draining: draining, time: foundation.time,
                logger: foundation.logger.named("ready")),
            metrics: foundation.metrics, onDocument: app.onDocument)
        var options = HTTPServerOptions()
        options.host = basics.bindAddress
        options.port = UInt16(basics.port)
        let authentication = AuthenticationMiddleware(
            service: basics.service, users: app.tokens, services: foundation.serviceTokens)
        var middleware = app.middleware
        middleware.append(authentication)
        if let store = app.idempotency {
            middleware.append(IdempotencyMiddleware(store: store, logger: foundation.logger.named("idempotency")))
        }
        return HTTPServer(
            options: options, group: foundation.loops, router: Router(routes: api.routes),
            middleware: middleware, logger: foundation.logger.named("http"),
            metrics: foundation.metrics)
    }

    private static func logSink(_ basics: BasicSettings) throws -> any LogSink {
        var path: String?
        if !basics.logFolder.isEmpty {
            try Folder.create(basics.logFolder)
            path = "\(basics.logFolder)/\(basics.service.rawValue).log"
        }
        return LogWriter(json: basics.logFormat == .json, filePath: path)
    }

    /// Serves until `requestStop()` or until a part fails, then stops everything in order.
    ///
    /// - Throws: `ServiceGroup.Failure` when a part failed; nothing after a clean stop.
    package func run() async throws {
        var failure: (any Error)?
        do {
            try await group.run()
        } catch {
            failure = error
        }
        await close()
        await loops.shutdown()
        if let failure { throw failure }
    }

    /// Begins the graceful stop: `/ready` fails at once, then connections drain, jobs end, stores close.
    package func requestStop() {
        draining.raise()
        group.requestStop()
    }
}
