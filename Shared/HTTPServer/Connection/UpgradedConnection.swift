/// A connection after `101 Switching Protocols`: bytes in both directions. Only good until the closure it was given to
/// returns. One task may receive while another sends.
package struct UpgradedConnection: Sendable {
    let connection: HTTPConnection
    let request: RequestNumber

    /// What came, or why nothing did.
    package enum Received: Sendable {
        /// Never empty.
        case bytes([UInt8])
        /// The peer sends no more.
        case end
        /// Nothing came for as long as was asked for.
        case idle
        /// The server is going down and asks for an end. Told once.
        case draining
    }

    /// Waits for the next bytes. Throws `HTTPConnectionError` when the connection broke, `CancellationError` in a cancelled
    /// task.
    package func receive(within limit: Duration? = nil) async throws -> Received {
        try await connection.receiveRaw(within: limit, of: request)
    }

    /// Sends bytes; waits while too much is unsent. Throws like `receive`.
    package func send(_ bytes: [UInt8]) async throws {
        try await connection.writeBody(bytes, of: request)
    }

    /// Tells the peer that nothing more will be sent, once everything is.
    package func finishSending() async throws {
        try await connection.finishRaw(of: request)
    }
}
