package import HTTPServer
package import JSONCoding
package import Jobs
package import Lifecycle

/// A dependency that must be there for the service to serve, asked by `GET /ready`.
package struct ReadinessCheck: Sendable {
    package let name: String
    package let check: @Sendable () async throws -> Void

    /// - Parameter check: Throws when the dependency is down. Bounded by `ReadinessProbe.timeout`.
    package init(_ name: String, check: @escaping @Sendable () async throws -> Void) {
        self.name = name
        self.check = check
    }
}

/// What a service is made of, as its `ServiceProgram` assembles it: the runner adds health, metrics, the OpenAPI document,
/// authentication, the server and the stop in order.
package struct ServiceApp: Sendable {
    /// The service's routes.
    package var api: API
    /// Verifies the tokens of users.
    package var tokens: any TokenAuthority
    /// Parts that run beside the server, the most basic first; they stop after the server has drained.
    package var background: [any Service] = []
    package var readiness: [ReadinessCheck] = []
    /// The service's own middleware, run after request ids, logs and metrics and before authentication.
    package var middleware: [any HTTPMiddleware] = []
    /// Told the service's own OpenAPI document once it is complete, before the port opens.
    package var onDocument: @Sendable (JSONValue) -> Void = { _ in }
    /// Where answers to requests with an `Idempotency-Key` are kept; nil for a service without such routes.
    package var idempotency: IdempotencyStore?
    /// Closes stores, after everything else has stopped.
    package var close: @Sendable () async -> Void = {}

    package init(api: API, tokens: any TokenAuthority) {
        self.api = api
        self.tokens = tokens
    }
}
