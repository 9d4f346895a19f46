import HTTPClient
import HTTPMessages
import Logs
import Platform

/// Signs requests, sends them, and repeats those that may be: by `RetryPolicy`, each attempt signed anew.
///
/// When the server's clock is another than ours (`RequestTimeTooSkewed`, or any refusal whose `Date` says so) the
/// difference is kept and the request signed by the server's time.
final class S3Client: Sendable {
    /// The largest document read: a page of 1,000 long keys.
    static let documentBytesMax = 8 << 20
    /// From the last byte sent to the head of the answer: a server that is silent for longer is asked again.
    static let answerTimeout = Duration.seconds(15)
    /// What is read of an error.
    static let errorBytesMax = 64 << 10
    /// Servers allow 15 minutes; a smaller difference is no reason for a refusal.
    static let clockDifferenceMin = Duration.seconds(240)

    let configuration: S3Configuration
    let logger: Logger
    private let client: HTTPClient
    private let time: any TimeSource
    private let clockDifference = Lock(Duration.zero)
    private let retry: RetryPolicy

    init(
        _ configuration: S3Configuration, client: HTTPClient, logger: Logger, time: any TimeSource,
        retry: RetryPolicy = RetryPolicy(attemptsMax: 4, baseDelay: .milliseconds(200), serverDelayMax: .seconds(20))
    ) {
        self.configuration = configuration
        self.client = client
        self.logger = logger
        self.time = time
        self.retry = retry
    }

    /// The time by the server's clock, as far as it is known.
    var now: Timestamp { time.wall + clockDifference.withLock { $0 } }

    /// Sends a request and reads its answer whole.
    /// - Throws: ``S3Failure`` when the server refuses, ``ObjectStoreError`` when it cannot be reached.
    func send(_ request: S3Request) async throws -> HTTPClientResponse {
        try await perform(request) { stream throws(HTTPClientError) in
            HTTPClientResponse(head: stream.head, body: try await stream.collect(upTo: request.answerBytesMax))
        }
    }

    /// Sends a request and hands out its answer as it arrives.
    /// - Throws: Like ``send(_:)``.
    func stream(_ request: S3Request) async throws -> HTTPClientStream {
        try await perform(request) { $0 }
    }

    private func perform<Value: Sendable>(
        _ request: S3Request, read: (HTTPClientStream) async throws(HTTPClientError) -> Value
    ) async throws -> Value {
        var attempt = 1
        var mayCorrectClock = true
        while true {
            let usedTime = now
            let outcome: RetryPolicy.Outcome
            let failure: any Error
            var serverDelay: Duration?
            switch await attemptOnce(signed(request, at: usedTime), read: read) {
            case .value(let value):
                return value
            case .refusal(let refusal, let fields):
                if mayCorrectClock, correctClock(refusal, fields, used: usedTime) {
                    mayCorrectClock = false
                    continue
                }
                failure = refusal
                outcome = .response(status: refusal.status, fields: fields)
                serverDelay = ServerDelay.asked(in: fields, now: time.wall)
            case .silence(let error):
                if error.code == .cancelled { throw CancellationError() }
                failure = ObjectStoreError(.unavailable, "the object server cannot be reached", underlying: error)
                outcome = .failure(error)
            }
            let pause = policy(outcome).delay(
                after: outcome, attempt: attempt, method: request.method, serverDelay: serverDelay,
                jitter: .random(in: 0...1))
            guard let pause else { throw failure }
            logger.debug("request to the object server is repeated", [("s3.attempt", "\(attempt + 1)")])
            try await time.sleep(for: pause)
            attempt += 1
        }
    }

    private enum Attempt<Value: Sendable>: Sendable {
        case value(Value)
        case refusal(S3Failure, HTTPFields)
        case silence(HTTPClientError)
    }

    private func attemptOnce<Value: Sendable>(
        _ request: HTTPClientRequest, read: (HTTPClientStream) async throws(HTTPClientError) -> Value
    ) async -> Attempt<Value> {
        do throws(HTTPClientError) {
            let stream = try await client.stream(request)
            if stream.status.isSuccess { return .value(try await read(stream)) }
            // A body that cannot be read does not hide the status.
            let document = (try? await stream.collect(upTo: Self.errorBytesMax)) ?? []
            return .refusal(S3Failure(status: stream.status.code, document: document), stream.fields)
        } catch {
            return .silence(error)
        }
    }

    /// What a server turned away with 503 (`SlowDown`) it has not begun: that may be repeated whatever it was.
    private func policy(_ outcome: RetryPolicy.Outcome) -> RetryPolicy {
        var policy = retry
        if case .response(status: 503, _) = outcome { policy.repeatsAnyMethod = true }
        return policy
    }

    /// Takes over the server's clock when a refusal shows that ours is far off; whether it did.
    private func correctClock(_ refusal: S3Failure, _ fields: HTTPFields, used: Timestamp) -> Bool {
        guard [400, 403].contains(refusal.status), let date = fields.first(.date).flatMap(HTTPDate.parse) else {
            return false
        }
        let difference = date.duration(since: used)
        guard difference > Self.clockDifferenceMin || difference < .zero - Self.clockDifferenceMin else { return false }
        let total = date.duration(since: time.wall)
        clockDifference.withLock { $0 = total }
        logger.warning(
            "the object server's clock differs from ours; requests are signed by its time",
            [("s3.difference_seconds", "\(total.components.seconds)")])
        return true
    }

    private func signed(_ request: S3Request, at moment: Timestamp) -> HTTPClientRequest {
        let endpoint = configuration.endpoint
        let path = endpoint.path(bucket: configuration.bucket, key: request.key)
        let signature = signature(at: moment)
        var fields = request.fields
        fields.set("x-amz-date", signature.time)
        fields.set("x-amz-content-sha256", request.body.sha256)
        let headers =
            [CanonicalRequest.Item("host", endpoint.authority)]
            + fields.map { CanonicalRequest.Item($0.name.text, $0.value) }
        let canonical = CanonicalRequest(
            method: request.method.rawValue, path: path, query: request.query, headers: headers,
            payloadHash: request.body.sha256)
        fields.append(.authorization, signature.authorization(canonical))
        let query = canonical.canonicalQuery
        return HTTPClientRequest(
            request.method, endpoint.origin + path + (query.isEmpty ? "" : "?\(query)"), fields: fields,
            body: request.body.content,
            timeouts: HTTPClientRequest.Timeouts(firstByte: Self.answerTimeout, total: request.timeout),
            // Repeated here, where it is signed anew.
            retry: .none, responseBytesMax: request.answerBytesMax, peer: "s3")
    }

    /// A URL with which anybody may GET the object until the time has passed.
    func presigned(_ key: String, lifetime: Duration, query: [CanonicalRequest.Item]) -> String {
        let endpoint = configuration.publicEndpoint
        let path = endpoint.path(bucket: configuration.bucket, key: key)
        let signed = signature(at: now).presignedQuery(
            method: "GET", host: endpoint.authority, path: path,
            lifetimeSeconds: Int(clamping: lifetime.components.seconds),
            extra: query)
        return "\(endpoint.origin)\(path)?\(signed)"
    }

    private func signature(at moment: Timestamp) -> SignatureV4 {
        SignatureV4(
            scope: SignatureV4.Scope(credentials: configuration.credentials, region: configuration.region), at: moment)
    }
}
