package import HTTPMessages

/// One outgoing request, as a value.
package struct HTTPClientRequest: Sendable {
    /// What is sent after the head.
    package enum Body: Sendable {
        case none
        case bytes([UInt8])
        /// Read piece by piece while it is sent; the length is taken when the request starts.
        case file(path: String)
        /// The same for a stretch of a file, which must not reach beyond its end.
        case filePart(path: String, range: Range<Int64>)
    }

    /// How long each part may take. A `nil` has no limit of its own.
    package struct Timeouts: Sendable, Hashable {
        /// Name resolution, TCP and TLS together.
        package var connect: Duration
        /// From the last byte sent until the response head is complete.
        package var firstByte: Duration?
        /// Between two pieces of the response. Time in which the reader of a stream is busy does not count.
        package var idle: Duration?
        /// The whole exchange.
        package var total: Duration?

        package init(
            connect: Duration = .seconds(5), firstByte: Duration? = .seconds(30), idle: Duration? = .seconds(30),
            total: Duration? = .seconds(120)
        ) {
            self.connect = connect
            self.firstByte = firstByte
            self.idle = idle
            self.total = total
        }
    }

    /// Which addresses may be connected to.
    package enum Reach: Sendable, Hashable {
        case anywhere
        /// Only addresses of the public internet, whatever the name resolves to at the moment of connecting: for URLs that
        /// strangers give us.
        case publicInternet
    }

    package var method: HTTPMethod
    /// Absolute, http or https, already percent-encoded, without user name.
    package var url: String
    package var fields: HTTPFields
    package var body: Body
    package var timeouts: Timeouts
    package var retry: RetryPolicy
    /// A larger response body fails with `responseTooLarge`, streamed or collected.
    package var responseBytesMax: Int
    package var reach: Reach
    /// Whom we talk to, for logs and metrics: one of a few fixed words such as `ingest` or `ollama`, never a URL.
    package var peer: String

    package init(
        _ method: HTTPMethod, _ url: String, fields: HTTPFields = HTTPFields(), body: Body = .none,
        timeouts: Timeouts = Timeouts(), retry: RetryPolicy = .idempotent, responseBytesMax: Int = 16 << 20,
        reach: Reach = .anywhere, peer: String = "other"
    ) {
        self.method = method
        self.url = url
        self.fields = fields
        self.body = body
        self.timeouts = timeouts
        self.retry = retry
        self.responseBytesMax = responseBytesMax
        self.reach = reach
        self.peer = peer
    }

    /// Whether the request may reach the peer twice: its method is idempotent (RFC 9110, 9.2.2) or its policy says so.
    var isRepeatable: Bool { retry.repeatsAnyMethod || method.isIdempotent }
}
