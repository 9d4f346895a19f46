/// Writes the body of one streamed response. Only good until the closure it was given to returns.
///
/// What is written in one turn of the event loop leaves in one system call. A write returns at once while the client keeps
/// up and waits while more than `HTTPServerOptions.outputBytesMax` are unsent.
package struct HTTPBodyWriter: Sendable {
    let connection: HTTPConnection
    let request: RequestNumber

    /// Sends bytes. Throws `HTTPConnectionError` when the client is gone and `CancellationError` in a cancelled task.
    package func write(_ bytes: [UInt8]) async throws {
        try await connection.writeBody(bytes, of: request)
    }

    /// Sends text in UTF-8.
    package func write(_ text: String) async throws {
        try await connection.writeBody(Array(text.utf8), of: request)
    }
}
