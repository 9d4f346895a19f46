import HTTPClient
import Platform

/// A call that a server has begun to answer. Ends exactly once, for the breaker and for the metrics; a call that nobody
/// reads to its end counts as cancelled.
final class ModelCall: Sendable {
    let stream: HTTPClientStream
    private let endpoint: ModelEndpoint
    private let began: MonotonicInstant
    private let hasEnded = Lock(false)

    init(_ stream: HTTPClientStream, of endpoint: ModelEndpoint, began: MonotonicInstant) {
        self.stream = stream
        self.endpoint = endpoint
        self.began = began
    }

    deinit {
        end(ModelError(.cancelled, "Nobody read the answer to its end."))
    }

    func finish(_ finish: ModelFinish) {
        endpoint.metrics.used(finish)
        end(nil)
    }

    func fail(_ error: ModelError) { end(error) }

    private func end(_ error: ModelError?) {
        let isFirst = hasEnded.withLock { hasEnded in
            defer { hasEnded = true }
            return !hasEnded
        }
        if isFirst { endpoint.ended(error, began: began) }
    }
}
