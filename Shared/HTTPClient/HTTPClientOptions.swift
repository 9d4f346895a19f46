/// Limits of one client, fixed when it is made.
package struct HTTPClientOptions: Sendable, Hashable {
    /// Requests under way at once; one more fails with `overloaded`.
    package var requestsMax: Int
    /// Connections to one host; further requests wait for a free one within their timeouts.
    package var connectionsPerHostMax: Int
    /// Connections kept open while nothing uses them.
    package var idleConnectionsMax: Int
    /// An idle connection older than this is not used again. Shorter than the idle timeout of our own server, so that
    /// a request rarely meets a connection that is just being closed.
    package var idleConnectionSeconds: Int
    /// A streamed body is read this far ahead of its reader, then the connection is paused.
    package var readAheadBytesMax: Int
    /// A response head larger than this is refused.
    package var headBytesMax: Int
    /// A file with trusted certificates instead of the system's, for tests and private authorities.
    package var certificateFile: String?
    /// Sent with each request that has no `User-Agent` of its own.
    package var userAgent: String

    package init(
        requestsMax: Int = 512, connectionsPerHostMax: Int = 64, idleConnectionsMax: Int = 8,
        idleConnectionSeconds: Int = 20, readAheadBytesMax: Int = 256 << 10, headBytesMax: Int = 64 << 10,
        certificateFile: String? = nil, userAgent: String = "lectern"
    ) {
        self.requestsMax = requestsMax
        self.connectionsPerHostMax = connectionsPerHostMax
        self.idleConnectionsMax = idleConnectionsMax
        self.idleConnectionSeconds = idleConnectionSeconds
        self.readAheadBytesMax = readAheadBytesMax
        self.headBytesMax = headBytesMax
        self.certificateFile = certificateFile
        self.userAgent = userAgent
    }
}
