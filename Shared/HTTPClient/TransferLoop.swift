import CCurl
import Platform

/// The thread that drives every transfer of one client through libcurl's multi interface.
///
/// Other threads hand it commands and wake it; it owns everything else. With nothing to do it waits in `poll` without a
/// timer.
final class TransferLoop: Sendable {
    /// One attempt to be made.
    struct Order: Sendable {
        let request: HTTPClientRequest
        let delivery: TransferDelivery
    }

    private struct Inbox {
        var orders: [Order] = []
        var cancelled: [UInt64] = []
        var resumed: [UInt64] = []
        var isStopping = false
        /// Set while the thread lives; waking is a call into libcurl that needs the handle to exist.
        var wake: (@Sendable () -> Void)?
        var stopReaders: [CheckedContinuation<Void, Never>] = []
        var hasEnded = false
    }

    private let options: HTTPClientOptions
    private let inbox = Lock(Inbox())

    /// Makes the loop and starts its thread.
    static func start(_ options: HTTPClientOptions) -> TransferLoop {
        let loop = TransferLoop(options)
        startThread(name: "http-client") { loop.run() }
        return loop
    }

    private init(_ options: HTTPClientOptions) { self.options = options }

    // MARK: From any thread

    func add(_ order: Order) {
        let isTooLate = post { inbox in
            if inbox.isStopping { return true }
            inbox.orders.append(order)
            return false
        }
        if isTooLate { order.delivery.end(Self.stopped) }
    }

    /// Removes the transfer from libcurl, which closes its connection unless the response was complete.
    func cancel(_ id: UInt64) { post { $0.cancelled.append(id) } }

    /// Lets a paused transfer go on.
    func resume(_ id: UInt64) { post { $0.resumed.append(id) } }

    /// Fails what is under way and ends the thread.
    func stop() { post { $0.isStopping = true } }

    /// Returns when the thread has closed its connections.
    func awaitEnd() async {
        await withCheckedContinuation { continuation in
            let hasEnded = inbox.withLock { inbox in
                if !inbox.hasEnded { inbox.stopReaders.append(continuation) }
                return inbox.hasEnded
            }
            if hasEnded { continuation.resume() }
        }
    }

    @discardableResult
    private func post<Value: Sendable>(_ change: @Sendable (inout Inbox) -> Value) -> Value {
        inbox.withLock { inbox in
            let value = change(&inbox)
            // Inside the lock: the thread clears `wake` under it before the handle goes away. Waking writes to a pipe.
            inbox.wake?()
            return value
        }
    }

    // MARK: The thread

    private func run() {
        do throws(HTTPClientError) {
            let multi = try MultiHandle()
            try multi.configure(options)
            var transfers: [UnsafeMutableRawPointer: Transfer] = [:]
            let handle = multi.waker
            inbox.withLock { $0.wake = handle }
            while serve(multi, &transfers) {
                multi.poll(milliseconds: patience(transfers.values))
            }
            inbox.withLock { $0.wake = nil }
            for transfer in transfers.values {
                multi.remove(transfer.easy)
                transfer.delivery.end(Self.stopped)
            }
        } catch {
            end(failingWith: error)
            return
        }
        end(failingWith: Self.stopped)
    }

    /// One round: commands, then libcurl, then what finished, then what ran out of time.
    /// - Returns: false when the loop is to end.
    private func serve(_ multi: borrowing MultiHandle, _ transfers: inout [UnsafeMutableRawPointer: Transfer]) -> Bool {
        let work = inbox.withLock { inbox in
            let work = (inbox.orders, inbox.cancelled, inbox.resumed, inbox.isStopping)
            inbox.orders = []
            inbox.cancelled = []
            inbox.resumed = []
            return work
        }
        let (orders, cancelled, resumed, isStopping) = work
        for order in orders { begin(order, multi, &transfers) }
        for id in resumed { transfers.values.first { $0.delivery.id == id }?.resume(at: .now) }
        for id in cancelled { drop(id, multi, &transfers) }
        guard !isStopping, multi.perform() else { return false }
        while let finished = multi.nextFinished() {
            guard let transfer = transfers.removeValue(forKey: finished.easy) else { continue }
            multi.remove(transfer.easy)
            transfer.delivery.end(transfer.outcome(finished.result))
        }
        expire(multi, &transfers)
        return true
    }

    private func begin(
        _ order: Order, _ multi: borrowing MultiHandle, _ transfers: inout [UnsafeMutableRawPointer: Transfer]
    ) {
        guard !order.delivery.isEnded else { return }
        do throws(HTTPClientError) {
            guard transfers.count < options.requestsMax else {
                throw HTTPClientError(.overloaded, "Too many requests are under way.")
            }
            let transfer = try Transfer(order.request, delivery: order.delivery, options: options, now: .now)
            guard multi.add(transfer.easy) else {
                throw HTTPClientError(.unavailable, "libcurl refuses the transfer.")
            }
            transfers[transfer.wire] = transfer
        } catch {
            order.delivery.end(error)
        }
    }

    private func drop(
        _ id: UInt64, _ multi: borrowing MultiHandle, _ transfers: inout [UnsafeMutableRawPointer: Transfer]
    ) {
        guard let (key, transfer) = transfers.first(where: { $0.value.delivery.id == id }) else { return }
        multi.remove(transfer.easy)
        transfers[key] = nil
        transfer.delivery.end(HTTPClientError(.cancelled, "The request was cancelled."))
    }

    private func expire(_ multi: borrowing MultiHandle, _ transfers: inout [UnsafeMutableRawPointer: Transfer]) {
        guard !transfers.isEmpty else { return }
        let now = MonotonicInstant.now
        for (key, transfer) in transfers {
            guard let code = transfer.deadlines.expired(at: now, isPaused: transfer.isPaused) else { continue }
            multi.remove(transfer.easy)
            transfers[key] = nil
            transfer.delivery.end(HTTPClientError(code, "The peer took too long."))
        }
    }

    /// How long `poll` may wait: until the next limit of time, or as good as forever.
    private func patience(_ transfers: some Collection<Transfer>) -> Int32 {
        guard !transfers.isEmpty else { return .max }
        let now = MonotonicInstant.now
        let soonest = transfers.compactMap { $0.deadlines.next(isPaused: $0.isPaused)?.instant }.min()
        guard let soonest else { return 60_000 }
        // Rounded up, so that the loop does not wake a moment too early and turn once for nothing.
        return Int32(clamping: min(max(0, (soonest - now).wholeMilliseconds + 1), 60_000))
    }

    private func end(failingWith error: HTTPClientError) {
        let (orders, readers) = inbox.withLock { inbox in
            inbox.isStopping = true
            inbox.hasEnded = true
            defer {
                inbox.orders = []
                inbox.stopReaders = []
            }
            return (inbox.orders, inbox.stopReaders)
        }
        for order in orders { order.delivery.end(error) }
        for reader in readers { reader.resume() }
    }

    private static var stopped: HTTPClientError {
        HTTPClientError(.unavailable, "The client was shut down, or libcurl cannot be loaded.")
    }
}
