import HTTPMessages
package import Logs
package import Metrics
package import Platform

/// Outgoing HTTP/1.1 over libcurl's multi interface, on one thread of its own.
///
/// The thread and libcurl itself are started by the first request, so a client that is never used costs nothing. Only
/// http and https, no redirects, no proxies from the environment, no cookies, nothing shared between clients. May be
/// used from any task; cancelling the task stops the transfer at once. Connections are kept and used again within the
/// limits of `HTTPClientOptions`.
package final class HTTPClient: Sendable {
    private struct State {
        var loop: TransferLoop?
        var isShutDown = false
        var lastID: UInt64 = 0
    }

    private let options: HTTPClientOptions
    private let logger: Logger
    private let metrics: HTTPClientMetrics
    private let time: any TimeSource
    private let state = Lock(State())

    /// - Parameter time: for the pauses between attempts and for dates in `Retry-After`; the limits of time of a transfer
    ///   always run on the system's monotonic clock.
    package init(
        _ options: HTTPClientOptions = HTTPClientOptions(), logger: Logger, metrics: MetricRegistry,
        time: any TimeSource = SystemTime()
    ) {
        self.options = options
        self.logger = logger
        self.metrics = HTTPClientMetrics(metrics)
        self.time = time
    }

    deinit { state.withLock { $0.loop }?.stop() }

    /// Sends the request and reads the whole response, at most `responseBytesMax` bytes of it. Any status is an answer:
    /// only the absence of one throws.
    package func send(_ request: HTTPClientRequest) async throws(HTTPClientError) -> HTTPClientResponse {
        let (head, lease) = try await exchange(request, collects: true)
        switch await lease.next() {
        case .chunk(let body): return HTTPClientResponse(head: head, body: body)
        case .end: return HTTPClientResponse(head: head, body: [])
        case .failure(let error): throw error
        }
    }

    /// Sends the request and returns as soon as the head of the response is there. Retries, if any, are over by then.
    package func stream(_ request: HTTPClientRequest) async throws(HTTPClientError) -> HTTPClientStream {
        let (head, lease) = try await exchange(request, collects: false)
        return HTTPClientStream(head: head, body: HTTPClientBody(lease: lease))
    }

    /// Fails what is under way with `unavailable`, closes all connections and ends the thread. Later requests fail.
    package func shutdown() async {
        let loop = state.withLock { state in
            state.isShutDown = true
            return state.loop
        }
        loop?.stop()
        await loop?.awaitEnd()
    }

    /// One request with its retries, up to the head of the response that stands.
    private func exchange(
        _ request: HTTPClientRequest, collects: Bool
    ) async throws(HTTPClientError) -> (HTTPResponseHead, TransferLease) {
        try request.validate()
        let start = time.monotonic
        var attempt = 1
        while true {
            let lease = try begin(request, collects: collects)
            let result = await lease.head()
            guard let pause = pause(after: result, request, attempt: attempt) else {
                record(result, request, since: start)
                return (try result.get(), lease)
            }
            lease.cancel()
            metrics.recordRetry(peer: request.peer)
            logger.debug(
                "request is repeated", [("http.peer", request.peer), ("http.attempt", String(attempt + 1))])
            do {
                try await time.sleep(for: pause)
            } catch {
                throw HTTPClientError(.cancelled, "The request was cancelled.")
            }
            attempt += 1
        }
    }

    private func begin(_ request: HTTPClientRequest, collects: Bool) throws(HTTPClientError) -> TransferLease {
        let started = state.withLock { state -> (TransferLoop, UInt64)? in
            guard !state.isShutDown else { return nil }
            let loop = state.loop ?? TransferLoop.start(options)
            state.loop = loop
            state.lastID += 1
            return (loop, state.lastID)
        }
        guard let (loop, id) = started else { throw HTTPClientError(.unavailable, "The client was shut down.") }
        let delivery = TransferDelivery(id: id, collects: collects, readAheadBytesMax: options.readAheadBytesMax)
        loop.add(TransferLoop.Order(request: request, delivery: delivery))
        return TransferLease(delivery, loop)
    }

    /// The time to wait before another attempt, `nil` when this one stands.
    private func pause(
        after result: Result<HTTPResponseHead, HTTPClientError>, _ request: HTTPClientRequest, attempt: Int
    ) -> Duration? {
        switch result {
        case .success(let head):
            request.retry.delay(
                after: .response(status: head.status.code, fields: head.fields), attempt: attempt,
                method: request.method, serverDelay: ServerDelay.asked(in: head.fields, now: time.wall),
                jitter: .random(in: 0...1))
        case .failure(let error):
            request.retry.delay(
                after: .failure(error), attempt: attempt, method: request.method, serverDelay: nil,
                jitter: .random(in: 0...1))
        }
    }

    private func record(
        _ result: Result<HTTPResponseHead, HTTPClientError>, _ request: HTTPClientRequest, since start: MonotonicInstant
    ) {
        let duration = time.monotonic - start
        switch result {
        case .success(let head):
            metrics.record(peer: request.peer, outcome: "\(head.status.code / 100)xx", duration: duration)
        case .failure(let error):
            metrics.record(peer: request.peer, outcome: error.code.description, duration: duration)
            logger.debug(
                "request failed", [("http.peer", request.peer), ("http.error", error.description)])
        }
    }
}
