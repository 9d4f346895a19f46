import Metrics

/// What auth counts besides requests.
struct AuthMetrics: Sendable {
    let registrations: Counter
    let logins: Counter
    private let refused: Counter
    private let throttled: Counter
    /// Requests that a rate limit of the gateway turned away.
    let limited: Counter
    let keysRefused: Counter
    let keysThrottled: Counter

    init(_ registry: MetricRegistry) {
        let help = "Tries to sign in, by outcome."
        registrations = registry.counter("auth_registrations_total", help: "Accounts made.")
        logins = registry.counter("auth_logins_total", help: help, labels: [(name: "outcome", value: "ok")])
        refused = registry.counter("auth_logins_total", help: help, labels: [(name: "outcome", value: "refused")])
        throttled = registry.counter("auth_logins_total", help: help, labels: [(name: "outcome", value: "throttled")])
        let keysHelp = "Requests with an API key that were turned away, by reason."
        keysRefused = registry.counter(
            "gateway_api_keys_refused_total", help: keysHelp, labels: [(name: "reason", value: "wrong")])
        keysThrottled = registry.counter(
            "gateway_api_keys_refused_total", help: keysHelp, labels: [(name: "reason", value: "throttled")])
        limited = registry.counter("gateway_rate_limited_total", help: "Requests turned away by a rate limit.")
    }

    func count(loginError error: AccountError) {
        if case .throttled = error { throttled.add() } else { refused.add() }
    }
}
