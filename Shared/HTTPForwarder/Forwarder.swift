package import HTTPMessages
package import HTTPServer
internal import Logs
package import Metrics
package import Platform

/// Passes requests on to one upstream server and streams its answers back.
///
/// Everything happens on the loop of the client's connection: each loop keeps connections of its own to the upstream
/// server, so there is no hop and no lock. Bodies are passed on piece by piece in both directions with the slower side
/// setting the pace; small answers are handed over whole. Upgrades (WebSockets) become tunnels. Fields that concern one
/// connection only are removed (RFC 9110 section 7.6.1), `X-Forwarded-*`, the request's id and its trace are set.
package struct Forwarder: Sendable {
    package let upstream: UpstreamAddress
    private let options: ForwarderOptions
    private let pools: [LoopBound<UpstreamPool>]
    private let failures: Counter
    private let fields: ForwardedFields

    /// Registers its metrics. `group` is the one the server runs on.
    package init(
        upstream: UpstreamAddress, options: ForwarderOptions = ForwarderOptions(), group: EventLoopGroup,
        metrics: MetricRegistry
    ) {
        self.upstream = upstream
        self.options = options
        pools = group.loops.map { LoopBound(UpstreamPool(breaker: options.breaker), on: $0) }
        failures = metrics.counter(
            "upstream_failures_total", help: "Requests an upstream server did not answer.",
            labels: [(name: "upstream", value: upstream.description)])
        fields = ForwardedFields(authority: upstream.description, protocolName: options.protocolName)
    }

    /// Sends `request` on, with `extraFields` replacing fields of the same name, and answers what the upstream server
    /// answers. Throws `Problem` 502, 503 (with Retry-After) or 504. Runs on the request's loop.
    package func forward(_ request: HTTPRequest, extraFields: HTTPFields = HTTPFields()) async throws -> HTTPResponse {
        let loop = request.context.eventLoop
        let pool = pools[loop.index]
        if case .refuse(let pause) = pool.withState({ $0.breaker.ask(at: loop.now) }) {
            throw Problem.unavailable(retryAfter: max(1, Int(pause.inSeconds.rounded(.up))))
        }
        guard pool.withState({ $0.admit(max: options.connectionsMax) }) else {
            throw Problem.unavailable(retryAfter: 1)
        }
        do {
            let response = try await exchange(request, extraFields, pool)
            pool.withState { $0.breaker.succeeded() }
            return response
        } catch let error as UpstreamError {
            pool.withState { $0.breaker.failed(at: loop.now) }
            failures.add()
            throw error.problem
        } catch {
            // The client's fault or wish: its body was bad, or it went away. Says nothing about the upstream server.
            pool.withState { $0.breaker.succeeded() }
            throw error
        }
    }

    /// One request, tried again once when an old connection turned out to be dead and nothing can have happened yet.
    private func exchange(
        _ request: HTTPRequest, _ extraFields: HTTPFields, _ pool: LoopBound<UpstreamPool>
    ) async throws -> HTTPResponse {
        let upgrade = request.head.asksForUpgrade
        let body = request.body.completeBytes
        let head = try fields.requestHead(request, extraFields, keepsUpgrade: upgrade)
        var lease = try await self.lease(pool, mayReuse: true)
        if body == nil { return try await upload(request, head, lease) }
        let bytes = head + (body ?? [])
        do {
            return makeResponse(try await lease.connection.exchange(request.method, bytes), lease, request)
        } catch UpstreamError.closedBeforeResponse
            where lease.isReused && request.method.isIdempotent && body?.isEmpty == true
        {
            guard pool.withState({ $0.admit(max: options.connectionsMax) }) else {
                throw UpstreamError.closedBeforeResponse
            }
            lease = try await self.lease(pool, mayReuse: false)
            return makeResponse(try await lease.connection.exchange(request.method, bytes), lease, request)
        }
    }

    /// A connection: an unused one, or a new one. The request has been admitted already; a failure dismisses it.
    private func lease(_ pool: LoopBound<UpstreamPool>, mayReuse: Bool) async throws -> UpstreamLease {
        while mayReuse, let connection = pool.withState({ $0.takeUnused() }) {
            if await connection.wake() { return UpstreamLease(connection, isReused: true, pool: pool) }
        }
        let connection = UpstreamConnection(loop: pool.loop, options: options)
        let lease = UpstreamLease(connection, isReused: false, pool: pool)
        try await connection.connect(to: try await upstream.resolved())
        return lease
    }

    /// Sends a body piece by piece as the client sends it.
    private func upload(_ request: HTTPRequest, _ head: [UInt8], _ lease: UpstreamLease) async throws -> HTTPResponse {
        let upload = Upload(body: request.body, lease: lease)
        let (received, isSent) = try await upload.exchange(request.method, head)
        var response = makeResponse(received, lease, request)
        if isSent { return response }
        // An answer before the end of the request. A refusal needs no more of it; the connection ends in its middle.
        await lease.connection.doNotReuse()
        if received.head.status < .badRequest, case .stream(let length) = bodyPlan(received) {
            response.body = .stream(length: length) { try await upload.sendRest(whilePassingAnswerTo: $0) }
        }
        return response
    }

    private func makeResponse(
        _ received: UpstreamResponse, _ lease: UpstreamLease, _ request: HTTPRequest
    ) -> HTTPResponse {
        let status = received.head.status
        let isUpgraded = received.kind == .upgraded
        var response = HTTPResponse(
            status: status, fields: ForwardedFields.responseFields(received.head.fields, keepsUpgrade: isUpgraded))
        switch bodyPlan(received) {
        case .none:
            // HEAD and 304 tell the length of a body that does not follow.
            let length = received.head.fields.first(.contentLength).flatMap { Int64($0) }
            if let length, request.method == .head { response.body = .stream(length: length) { _ in } }
        case .tunnel:
            response.body = .upgrade { client in try await Tunnel.run(client, lease, on: request.context.eventLoop) }
        case .bytes(let body):
            response.body = .bytes(body)
        case .stream(let length):
            response.body = .stream(length: length) { writer in
                while let chunk = try await lease.connection.nextBodyChunk() { try await writer.write(chunk) }
            }
        }
        return response
    }

    private enum BodyPlan {
        case none
        case bytes([UInt8])
        case stream(length: Int64?)
        case tunnel
    }

    private func bodyPlan(_ received: UpstreamResponse) -> BodyPlan {
        switch received.kind {
        case .none: .none
        case .upgraded: .tunnel
        case .length(let count): received.body.map { .bytes($0) } ?? .stream(length: count)
        case .chunked, .untilClose: .stream(length: nil)
        }
    }
}
