import Crypto
import HTTPMessages
import HTTPServer
import KeyValue
import Logs
import Platform
import Tokens

/// Applies the budgets of the gateway's costly routes, per user, or per visitor's session and address.
struct RateLimiter: Sendable {
    private let store: any KeyValueStore
    private let logger: Logger
    private let limits: [String: RateLimit]

    /// A household or an office may have so many visitors at once.
    static let visitorsPerNetwork = 5

    init(settings: AuthSettings, store: any KeyValueStore, logger: Logger) {
        self.store = store
        self.logger = logger
        let chat = RateLimit(name: "chat", quota: settings.chatPerMinute, windowSeconds: 60)
        limits = [
            "POST /chat": chat, "POST /api/v1/chat": chat, "GET /ws/chat": chat,
            "POST /documents/generate": RateLimit(
                name: "generation", quota: settings.generationPerHour, windowSeconds: 3_600),
            "POST /lectures/upload": RateLimit(name: "upload", quota: settings.uploadPerHour, windowSeconds: 3_600),
        ]
    }

    /// The budget of a route; nil for the many that have none.
    func limit(for request: HTTPRequest) -> RateLimit? {
        guard request.method == .post || request.head.asksForWebSocket else { return nil }
        return limits["\(request.method.rawValue) \(request.path)"]
    }

    /// Takes one from the budget.
    ///
    /// - Throws: a 429 problem when nothing is left.
    func take(
        _ limit: RateLimit, user: Identifier?, origin: ClientOrigin, session: String?
    ) async throws -> (limit: RateLimit, decision: TokenDecision)? {
        var buckets: [(key: String, limit: RateLimit)] = []
        if let user {
            buckets.append(("user:\(user)", limit))
        } else if let session {
            // The visitor chooses the session, so the address has a budget, too.
            buckets.append(("network:\(origin.network)", limit.scaled(by: Self.visitorsPerNetwork)))
            buckets.append(("session:\(Hex.encode(SHA256.digest(of: session.utf8).prefix(16)))", limit))
        } else {
            buckets.append(("network:\(origin.network)", limit.scaled(by: Self.visitorsPerNetwork)))
        }
        var last: (RateLimit, TokenDecision)?
        for bucket in buckets {
            guard let decision = await decide(bucket.key, bucket.limit) else { return nil }
            guard decision.isAllowed else { throw bucket.limit.problem(decision) }
            last = (bucket.limit, decision)
        }
        return last
    }

    /// Without its store the gateway lets requests through: a lost budget is the lesser harm.
    private func decide(_ key: String, _ limit: RateLimit) async -> TokenDecision? {
        do {
            return try await store.takeToken(
                bucket: "limit:\(limit.name):\(key)", capacity: Double(limit.quota),
                refillPerSecond: limit.refillPerSecond, cost: 1)
        } catch {
            logger.warning("rate limits are not applied", [("error", "\(error)")])
            return nil
        }
    }
}
