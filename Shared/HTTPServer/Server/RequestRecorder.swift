internal import HTTPMessages
internal import Logs
internal import Metrics
internal import Platform

/// Counts requests and measures them by route, and writes one access line for each.
final class RequestRecorder: Sendable {
    /// What became of a request.
    enum Outcome {
        case answered(HTTPStatus)
        /// The client went away before the answer; counted under nginx's number for that.
        case abandoned

        var code: Int {
            switch self {
            case .answered(let status): status.code
            case .abandoned: 499
            }
        }
    }

    private let logger: Logger
    private let metrics: MetricRegistry
    private let quietTemplates: Set<String>
    private let series: [RouteSeries]
    private let connections: Gauge
    private let refused: Counter
    private let streams: Gauge

    init(router: Router, options: HTTPServerOptions, metrics: MetricRegistry, logger: Logger) {
        self.logger = logger.named("access")
        self.metrics = metrics
        quietTemplates = options.quietTemplates
        // The last series is for requests that match no route.
        series =
            router.routes.map { RouteSeries(method: $0.method?.rawValue ?? "any", template: $0.template, metrics) }
            + [RouteSeries(method: "any", template: "unmatched", metrics)]
        connections = metrics.gauge("http_connections", help: "Open client connections.")
        refused = metrics.counter("http_connections_refused_total", help: "Connections turned away at the limit.")
        streams = metrics.gauge("http_streams", help: "Open event streams, streamed bodies and WebSockets.")
    }

    func connectionOpened() { connections.add(1) }
    func connectionClosed() { connections.add(-1) }
    func connectionRefused() { refused.add() }
    func streamOpened() { streams.add(1) }
    func streamClosed() { streams.add(-1) }

    func record(_ outcome: Outcome, _ request: HTTPRequest, started: MonotonicInstant, bytesSent: Int64) {
        let duration = MonotonicInstant.now - started
        let series = series[request.context.routeIndex ?? series.count - 1]
        series.count(outcome.code)
        series.seconds.observe(duration)
        let level: LogLevel =
            request.context.routeTemplate.map(quietTemplates.contains) == true && outcome.code < 400 ? .debug : .info
        guard level >= logger.level else { return }
        logger.log(
            level, "request",
            [
                ("http.method", request.method.rawValue), ("http.route", request.context.routeTemplate ?? "unmatched"),
                ("http.status", "\(outcome.code)"), ("bytes.sent", "\(bytesSent)"),
                ("duration.ms", "\(Double(duration.wholeNanoseconds / 10_000) / 100)"),
                ("request.id", request.context.requestID),
            ])
    }

    /// Input that was no request.
    func recordRejected(_ failure: HTTPParseFailure) {
        series.last?.count(failure.status.code)
        logger.debug("rejected", [("http.status", "\(failure.status.code)"), ("reason", failure.rawValue)])
    }
}

/// The instruments of one route.
private struct RouteSeries: Sendable {
    let seconds: Histogram
    /// By status code, made when one is first seen.
    private let counters: Lock<[Int: Counter]>
    private let make: @Sendable (Int) -> Counter

    init(method: String, template: String, _ metrics: MetricRegistry) {
        let labels = [(name: "method", value: method), (name: "route", value: template)]
        seconds = metrics.histogram("http_request_seconds", help: "Time to answer requests.", labels: labels)
        counters = Lock([:])
        make = { code in
            metrics.counter(
                "http_requests_total", help: "Requests answered.", labels: labels + [(name: "status", value: "\(code)")]
            )
        }
    }

    func count(_ code: Int) {
        counters.withLock { counters in
            if let counter = counters[code] { return counter.add() }
            let counter = make(code)
            counter.add()
            counters[code] = counter
        }
    }
}
