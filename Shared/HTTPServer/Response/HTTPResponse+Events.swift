package import HTTPMessages

extension HTTPResponse {
    /// A stream of server-sent events. When nothing was sent for `heartbeat`, a comment line keeps proxies from closing it.
    ///
    /// `produce` runs on the connection's loop and is cancelled when the client goes away. A client that reconnects tells
    /// in `request.lastEventID` where it left off.
    package static func events(
        _ request: HTTPRequest, heartbeat: Duration = .seconds(15),
        _ produce: @escaping @Sendable (EventWriter) async throws -> Void
    ) -> HTTPResponse {
        var fields = HTTPFields()
        fields.append(.contentType, "text/event-stream")
        fields.append(.cacheControl, "no-cache")
        // Tells nginx and its like to pass every event on at once.
        fields.append(.xAccelBuffering, "no")
        let body = StreamedBody(length: nil, heartbeat: Heartbeat(interval: heartbeat, bytes: Array(": ping\n\n".utf8)))
        {
            try await produce(EventWriter(writer: $0))
        }
        return HTTPResponse(status: .ok, fields: fields, body: .events(body))
    }
}

/// Writes server-sent events. Only good until the closure it was given to returns.
package struct EventWriter: Sendable {
    let writer: HTTPBodyWriter

    /// Sends one event; waits while the client does not keep up. Throws as `HTTPBodyWriter.write` does.
    package func send(_ event: ServerSentEvent) async throws {
        try await writer.write(event.encoded())
    }

    /// Sends several events in one piece.
    package func send(_ events: some Collection<ServerSentEvent> & Sendable) async throws {
        guard !events.isEmpty else { return }
        try await writer.write(events.flatMap { $0.encoded() })
    }
}
