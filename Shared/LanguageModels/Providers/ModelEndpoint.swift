package import HTTPClient
import HTTPMessages
import JSONCoding
import Logs
import Metrics
import Platform

/// The way to one model server: sends requests, retries before the first byte, reads errors, keeps the circuit breaker.
final class ModelEndpoint: Sendable {
    /// The largest reply, in bytes; a line or event may have a megabyte.
    static let replyBytesMax = 16 << 20
    static let errorBytesMax = 64 << 10

    let baseURL: String
    let metrics: ModelMetrics
    private let client: HTTPClient
    private let engine: String
    private let fields: HTTPFields
    private let timeouts: HTTPClientRequest.Timeouts
    private let retry: RetryPolicy
    private let logger: Logger
    private let time: any TimeSource
    private let breaker: Lock<CircuitBreaker>

    init(
        baseURL: String, engine: String, fields: HTTPFields, options: ModelClientOptions, client: HTTPClient,
        metrics: MetricRegistry, logger: Logger, time: any TimeSource
    ) {
        self.baseURL = baseURL
        self.metrics = ModelMetrics(metrics, engine: engine)
        self.engine = engine
        self.fields = fields
        self.client = client
        self.logger = logger
        self.time = time
        retry = options.retry
        timeouts = HTTPClientRequest.Timeouts(
            connect: options.connectTimeout, firstByte: options.firstByteTimeout, idle: options.idleTimeout, total: nil)
        breaker = Lock(options.breaker)
    }

    /// Whether a call would be tried now.
    var isClosed: Bool { breaker.withLock { $0.isClosed(at: time.monotonic) } }

    /// Posts and returns when the server has begun to answer with success.
    /// - Throws: `ModelError`.
    func open(_ path: String, _ body: JSONValue) async throws(ModelError) -> ModelCall {
        guard breaker.withLock({ $0.permits(at: time.monotonic) }) else {
            let error = ModelError(
                .circuitOpen, "The language model has failed several times and is left alone for a while.")
            metrics.refused(error)
            throw error
        }
        let began = time.monotonic
        metrics.began()
        do {
            return ModelCall(try await attempt(path, body), of: self, began: began)
        } catch {
            ended(error, began: began)
            throw error
        }
    }

    /// What a GET answers within a short time; `nil` when there is no answer.
    func probe(_ path: String) async -> (status: Int, body: JSONValue?)? {
        let request = HTTPClientRequest(
            .get, baseURL + path, fields: fields,
            timeouts: HTTPClientRequest.Timeouts(connect: .seconds(1), firstByte: .seconds(2), total: .seconds(3)),
            retry: .none, responseBytesMax: 4 << 20, peer: engine)
        guard let response = try? await client.send(request) else { return nil }
        return (response.status.code, try? JSONValue(parsing: response.body))
    }

    /// The end of a call, once for each.
    func ended(_ error: ModelError?, began: MonotonicInstant) {
        metrics.ended(error, after: time.monotonic - began)
        record(error)
    }

    private func record(_ error: ModelError?) {
        let now = time.monotonic
        breaker.withLock { breaker in
            switch error {
            case nil: breaker.recordSuccess()
            case .some(let error) where error.countsAgainstServer: breaker.recordFailure(at: now)
            case .some(let error) where error.code == .cancelled: breaker.recordNothing()
            default: breaker.recordSuccess()
            }
        }
    }

    private func attempt(_ path: String, _ body: JSONValue) async throws(ModelError) -> HTTPClientStream {
        var fields = fields
        fields.set(.contentType, "application/json")
        // The retries are made here and not by the client, because some 429 must not be retried, and only the body tells.
        // An answer that nobody has read may be asked for again.
        let request = HTTPClientRequest(
            .post, baseURL + path, fields: fields, body: .bytes(body.serialized()), timeouts: timeouts,
            retry: RetryPolicy(attemptsMax: 1, repeatsAnyMethod: true), responseBytesMax: Self.replyBytesMax,
            peer: engine)
        var attempt = 1
        while true {
            let failure: ModelError
            let outcome: RetryPolicy.Outcome
            var asked: Duration?
            do {
                let stream = try await client.stream(request)
                if stream.status.isSuccess { return stream }
                let body = (try? await stream.collect(upTo: Self.errorBytesMax)) ?? []
                let words = ModelErrorBody(body)
                failure = words.error(status: stream.status.code)
                outcome = .response(status: stream.status.code, fields: stream.fields)
                asked = ServerDelay.asked(in: stream.fields, now: time.wall) ?? words.retryDelay
            } catch {
                failure = ModelError(error, hasBegun: false)
                outcome = .failure(error)
            }
            let pause = retry.delay(
                after: outcome, attempt: attempt, method: .post, serverDelay: asked, jitter: .random(in: 0...1))
            guard let pause, failure.code != .quotaExhausted else { throw failure }
            logger.info("a model is asked again", [("model.engine", engine), ("model.error", "\(failure.code)")])
            do {
                try await time.sleep(for: pause)
            } catch {
                throw ModelError(.cancelled, "The question was cancelled.")
            }
            attempt += 1
        }
    }
}

/// How a model server is talked to.
package struct ModelClientOptions: Sendable, Hashable {
    package var connectTimeout: Duration = .seconds(5)
    /// Until the first byte: queueing and loading of the model included.
    package var firstByteTimeout: Duration = .seconds(120)
    /// Between two pieces.
    package var idleTimeout: Duration = .seconds(60)
    /// Before the first byte only.
    package var retry = RetryPolicy(attemptsMax: 3, serverDelayMax: .seconds(20), repeatsAnyMethod: true)
    package var breaker = CircuitBreaker()
    /// Prompt and answer together.
    package var contextTokens = 8_192

    package init() {}
}

extension ModelError {
    /// What a failed transfer means.
    init(_ error: HTTPClientError, hasBegun: Bool) {
        switch error.code {
        case .cancelled: self.init(.cancelled, "The question was cancelled.")
        case .connectTimeout, .firstByteTimeout, .idleTimeout, .totalTimeout:
            self.init(.timeout, "The language model took too long.")
        case .responseTooLarge: self.init(.replyTooLarge, "The language model's reply is too large.")
        case .malformedResponse: self.init(.malformedReply, "The language model's reply cannot be read.")
        default:
            self.init(
                hasBegun ? .cutOff : .unreachable,
                hasBegun ? "The language model's reply was cut off." : "The language model cannot be reached.")
        }
    }
}
