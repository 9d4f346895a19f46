package import Metrics
package import Platform

/// Hands messages to one SMTP server, over a few connections that are kept and used again.
///
/// May be used from any task. Each message waits for a free connection; the number of those who wait is bounded by the
/// caller. `closeIdle()` is to be called now and then; without it idle connections stay open until `shutdown()`.
package final class SMTPClient: Sendable {
    private struct Idle {
        let sender: SMTPSender
        let since: MonotonicInstant
    }

    private struct State {
        var idle: [Idle] = []
        /// Connections in use.
        var busy = 0
        var waiting: [CheckedContinuation<SMTPSender?, Never>] = []
        var made = 0
        var isShutDown = false
    }

    private let server: SMTPServer
    private let time: any TimeSource
    private let state = Lock(State())
    private let taken: Counter
    private let refused: [SMTPFailure.Kind: Counter]
    private let seconds: Histogram

    package init(_ server: SMTPServer, metrics: MetricRegistry, time: any TimeSource = SystemTime()) {
        self.server = server
        self.time = time
        func counter(_ outcome: String) -> Counter {
            metrics.counter(
                "smtp_messages_total", help: "Messages handed to the mail server, by what became of them.",
                labels: [(name: "outcome", value: outcome)])
        }
        taken = counter("taken")
        refused = Dictionary(
            uniqueKeysWithValues: [SMTPFailure.Kind.temporary, .permanent, .misconfigured, .unknown, .cancelled].map {
                ($0, counter($0.rawValue))
            })
        seconds = metrics.histogram("smtp_seconds", help: "Time to hand a message to the mail server.")
    }

    /// Sends `message` to the mail server, and returns once it has taken it.
    ///
    /// - Parameters:
    ///   - message: As `MailMessage.encoded()` makes it.
    ///   - sender: The envelope's sender, which gets bounces.
    ///   - recipients: The envelope's recipients, refused together when one is.
    /// - Throws: `SMTPFailure`. Cancelling the task ends a transfer whose message was not handed over yet.
    package func send(
        _ message: [UInt8], from sender: MailAddress, to recipients: [MailAddress]
    ) async throws(SMTPFailure) -> SMTPReceipt {
        guard let connection = await acquire() else {
            throw SMTPFailure(.cancelled, code: "shut down", "The mail client was shut down.")
        }
        let began = time.monotonic
        let flag = CancellationFlag()
        let result = await withTaskCancellationHandler {
            do throws(SMTPFailure) {
                return Result<SMTPReceipt, SMTPFailure>.success(
                    try await connection.send(
                        message, from: sender.address, to: recipients.map(\.address), isCancelled: { flag.isSet }))
            } catch {
                return .failure(error)
            }
        } onCancel: {
            flag.set()
        }
        release(connection)
        seconds.observe(time.monotonic - began)
        switch result {
        case .success(let receipt):
            taken.add()
            return receipt
        case .failure(let failure):
            refused[failure.kind]?.add()
            throw failure
        }
    }

    /// Closes connections that have been idle for longer than the server's settings say.
    package func closeIdle() async {
        let oldest = time.monotonic + (.zero - server.idleTimeout)
        let outdated = state.withLock { state in
            defer { state.idle.removeAll { $0.since < oldest } }
            return state.idle.filter { $0.since < oldest }
        }
        for idle in outdated { await idle.sender.close() }
    }

    /// Refuses new messages and closes idle connections; those in use are closed when their message is done.
    package func shutdown() async {
        let (idle, waiting) = state.withLock { state in
            state.isShutDown = true
            defer {
                state.idle = []
                state.waiting = []
            }
            return (state.idle, state.waiting)
        }
        for continuation in waiting { continuation.resume(returning: nil) }
        for entry in idle { await entry.sender.close() }
    }

    /// A connection for one message; nil after `shutdown()`.
    private func acquire() async -> SMTPSender? {
        await withCheckedContinuation { continuation in
            let ready: SMTPSender?? = state.withLock { state in
                if state.isShutDown { return .some(nil) }
                if let idle = state.idle.popLast() {
                    state.busy += 1
                    return idle.sender
                }
                guard state.busy < server.connectionsMax else {
                    state.waiting.append(continuation)
                    return nil
                }
                state.busy += 1
                state.made += 1
                return SMTPSender(server, number: state.made)
            }
            if let ready { continuation.resume(returning: ready) }
        }
    }

    private func release(_ sender: SMTPSender) {
        let now = time.monotonic
        let next = state.withLock { state -> CheckedContinuation<SMTPSender?, Never>? in
            if !state.waiting.isEmpty { return state.waiting.removeFirst() }
            state.busy -= 1
            if !state.isShutDown { state.idle.append(Idle(sender: sender, since: now)) }
            return nil
        }
        next?.resume(returning: sender)
    }
}

/// Set once, by whoever cancels.
private final class CancellationFlag: Sendable {
    private let state = Lock(false)

    var isSet: Bool { state.withLock { $0 } }

    func set() { state.withLock { $0 = true } }
}
