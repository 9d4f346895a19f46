package import HTTPMessages

/// How an upstream server is treated.
package struct ForwarderOptions: Sendable {
    /// Until the connection stands: then 502.
    package var connectLimit: Duration = .seconds(2)
    /// From the end of the request to the head of the response: then 504.
    package var headLimit: Duration = .seconds(60)
    /// Between two pieces of a response, or while the upstream server takes nothing of an upload: then the response is
    /// broken off, or 504 when it has not begun.
    package var idleLimit: Duration = .seconds(60)
    /// How long an unused connection is kept; shorter than the upstream server keeps it, so that it is rarely found dead.
    package var keepAlive: Duration = .seconds(50)
    /// Connections kept unused on each loop.
    package var idleConnectionsMax = 64
    /// Connections in use on each loop; more requests are refused with 503.
    package var connectionsMax = 2_048
    /// A response body up to this size that came with its head is handed on in one piece.
    package var joinedBodyBytesMax: Int64 = 65_536
    /// Failures in a row after which the upstream server is left alone for a while.
    package var breaker = CircuitBreaker.Limits()
    /// What the upstream server's heads may have.
    package var limits = Self.responseLimits
    /// The protocol clients use to reach us, told in X-Forwarded-Proto.
    package var protocolName = "http"

    package init() {}

    private static var responseLimits: HTTPParserLimits {
        var limits = HTTPParserLimits()
        limits.bodyBytesMax = .max
        return limits
    }
}
