/// One event of a `text/event-stream` (WHATWG HTML, "Server-sent events").
package struct ServerSentEvent: Sendable, Hashable {
    /// The type; nil is `message`.
    package var event: String?
    package var data: String
    /// What a client that lost the connection sends back as `Last-Event-ID`.
    package var id: String?
    /// How long a client waits before it connects again.
    package var retry: Duration?

    package init(event: String? = nil, data: String, id: String? = nil, retry: Duration? = nil) {
        self.event = event
        self.data = data
        self.id = id
        self.retry = retry
    }

    /// The bytes to send, with the empty line that ends the event.
    package func encoded() -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(data.utf8.count + 48)
        encode(into: &bytes)
        return bytes
    }

    /// Appends the bytes to send. Data may have several lines, each becomes one `data` field. A type or id with a line end
    /// or NUL, which the format cannot carry and with which a text from outside could forge events, is left out.
    package func encode(into bytes: inout [UInt8]) {
        if let event, Self.isOneLine(event) { Self.append("event: ", event.utf8, to: &bytes) }
        if let id, Self.isOneLine(id) { Self.append("id: ", id.utf8, to: &bytes) }
        if let retry {
            let (seconds, attoseconds) = retry.components
            let milliseconds = max(0, min(seconds, 1_000_000)) * 1000 + max(0, attoseconds / 1_000_000_000_000_000)
            Self.append("retry: ", String(milliseconds).utf8, to: &bytes)
        }
        // All three line ends count for the reader, so all three split.
        var line: [UInt8] = []
        var previous: UInt8 = 0
        for byte in data.utf8 {
            defer { previous = byte }
            if byte == ASCII.lineFeed, previous == ASCII.carriageReturn { continue }
            if byte == ASCII.lineFeed || byte == ASCII.carriageReturn {
                Self.append("data: ", line, to: &bytes)
                line.removeAll(keepingCapacity: true)
            } else {
                line.append(byte)
            }
        }
        Self.append("data: ", line, to: &bytes)
        bytes.append(ASCII.lineFeed)
    }

    /// A line that readers ignore; keeps a connection from looking dead. Line ends in it are replaced by spaces.
    package static func comment(_ text: String) -> [UInt8] {
        [ASCII.colon, ASCII.space]
            + text.utf8.map { $0 == ASCII.lineFeed || $0 == ASCII.carriageReturn ? ASCII.space : $0 }
            + [ASCII.lineFeed, ASCII.lineFeed]
    }

    private static func isOneLine(_ text: String) -> Bool {
        !text.utf8.contains { $0 == ASCII.lineFeed || $0 == ASCII.carriageReturn || $0 == 0 }
    }

    private static func append(_ name: StaticString, _ value: some Collection<UInt8>, to bytes: inout [UInt8]) {
        name.withUTF8Buffer { bytes.append(contentsOf: $0) }
        bytes.append(contentsOf: value)
        bytes.append(ASCII.lineFeed)
    }
}
