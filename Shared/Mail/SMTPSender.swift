import HTTPClient
import Platform

/// One connection to a server, with the thread that waits for it.
actor SMTPSender {
    private let server: SMTPServer
    private let executor: BlockingExecutor
    private var link: SMTPLink?

    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    init(_ server: SMTPServer, number: Int) {
        self.server = server
        executor = BlockingExecutor(name: "smtp-\(number)")
    }

    // Not inlined: an actor with an executor of its own that is inlined into an async caller breaks the release build.
    @inline(never)
    func send(
        _ message: [UInt8], from sender: String, to recipients: [String], isCancelled: @escaping @Sendable () -> Bool
    ) throws(SMTPFailure) -> SMTPReceipt {
        let transfer = SMTPTransfer(
            host: server.host, port: server.port, security: server.security, credentials: server.credentials,
            clientName: server.clientName, certificateFile: server.certificateFile, sender: sender,
            recipients: recipients, message: message, timeout: server.timeout)
        let result: SMTPTransferResult
        do throws(HTTPClientError) {
            result = try exchange(transfer, isCancelled)
        } catch {
            let kind: SMTPFailure.Kind = error.code == .unavailable ? .misconfigured : .permanent
            throw SMTPFailure(kind, code: error.code.description, error.message)
        }
        if let failure = SMTPFailure(result) {
            // After a refusal in order the connection serves on; after anything else it is not used again.
            if failure.kind != .permanent { link = nil }
            throw failure
        }
        return SMTPReceipt(reply: result.replyToMessage?.text ?? "")
    }

    private func exchange(
        _ transfer: SMTPTransfer, _ isCancelled: @escaping @Sendable () -> Bool
    ) throws(HTTPClientError) -> SMTPTransferResult {
        var link = if let open = self.link.take() { open } else { try SMTPLink() }
        var result = try link.send(transfer, isCancelled: isCancelled)
        if result.isReused, Self.isStale(result) {
            // The server had closed the idle connection; nothing of this message was said yet.
            result = try link.send(transfer, fresh: true, isCancelled: isCancelled)
        }
        self.link = consume link
        return result
    }

    private static func isStale(_ result: SMTPTransferResult) -> Bool {
        result.stage == .connecting || result.stage == .envelope && result.reply?.code == 421
    }

    /// Says QUIT.
    @inline(never)
    func close() { link = nil }
}
