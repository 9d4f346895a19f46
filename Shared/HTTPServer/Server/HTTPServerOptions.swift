package import HTTPMessages

/// What a server allows and how long it waits.
package struct HTTPServerOptions: Sendable {
    /// A numeric address or a name that is looked up at start.
    package var host = "127.0.0.1"
    /// 0 takes any free port; `HTTPServer.start()` tells which.
    package var port: UInt16 = 0
    /// Bytes and counts a request head may have.
    package var limits = HTTPParserLimits()
    package var timeouts = Timeouts()
    /// Open connections; further ones are told 503 and closed. Also bounded by the descriptors the process may open.
    package var connectionsMax = 16_000
    /// Bytes waiting to be sent on one connection before writers wait.
    package var outputBytesMax = 65_536
    /// What is left of a request body when its handler is done is read and thrown away up to this; beyond, the connection
    /// is closed.
    package var unreadBodyBytesMax: Int64 = 65_536
    /// Routes whose successes are logged at debug only: those that machines ask all the time.
    package var quietTemplates: Set<String> = ["/health", "/ready", "/metrics"]

    package init() {}

    package struct Timeouts: Sendable {
        /// From the first byte of a head (or from connecting) to its last: then 408 and close.
        package var head: Duration = .seconds(10)
        /// Between two pieces of a body that is being read: then 408 and close.
        package var body: Duration = .seconds(30)
        /// How slowly a body may come on the whole, in bytes per second of waiting, beyond one such wait: then 408 and
        /// close. A client that sends a byte now and then cannot hold a handler.
        package var bodyBytesPerSecondMin = 240
        /// Between two requests: then close.
        package var keepAlive: Duration = .seconds(75)
        /// While bytes wait to be sent and the client takes none: then close.
        package var write: Duration = .seconds(30)
        /// How long a closed connection listens for what the client is still sending, so that it reads our last answer.
        package var linger: Duration = .seconds(2)
        /// While draining, how long idle connections stay open for a request that is on its way.
        package var drainIdle: Duration = .milliseconds(250)
        /// While draining, how long requests may take; then they are cancelled.
        package var drain: Duration = .seconds(8)

        package init() {}
    }
}
