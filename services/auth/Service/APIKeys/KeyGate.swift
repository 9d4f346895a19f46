import HTTPMessages
import HTTPServer
import Logs
import Metrics
import Platform
import SQL
import ServiceKit
import Tokens

/// Turns `X-API-Key` into a short access token for the service behind, which never sees the key.
///
/// Every request is checked; only the token is used again while it is fresh. All keys that are not good get the same answer.
/// A key that has been good lately is not touched by the budget of its network, so one machine with an old key does not
/// lock out the others beside it.
final class KeyGate: Sendable {
    static let field: HTTPFieldName = "X-API-Key"
    /// How long a token is good; a new one is made in its last third.
    static let tokenLifetime = Duration.seconds(60)
    private static let tokenReserve = Duration.seconds(20)

    private let known: KnownKeys
    private let keyring: SigningKeyring
    private let database: any SQLDatabase
    private let budget: Lock<TryBudget>
    private let quota: RequestQuota
    private let metrics: AuthMetrics
    private let time: any TimeSource
    private let logger: Logger

    init(
        known: KnownKeys, keyring: SigningKeyring, database: any SQLDatabase, settings: AuthSettings,
        metrics: AuthMetrics, time: any TimeSource, logger: Logger
    ) {
        self.known = known
        self.keyring = keyring
        self.database = database
        self.metrics = metrics
        self.time = time
        self.logger = logger
        budget = Lock(TryBudget(tries: settings.keyFailuresPerAddress, window: settings.loginWindow))
        quota = RequestQuota(
            name: "keys", count: settings.keyFailuresPerAddress,
            windowSeconds: Int(clamping: settings.loginWindow.components.seconds))
    }

    /// The id of the request's key, and the token that goes on in its place.
    ///
    /// - Throws: a 401 problem, the same for every key that is not good; 429 when the network has tried too many; 503
    ///   when the database cannot be asked.
    func admit(_ request: HTTPRequest, from origin: ClientOrigin) async throws -> (key: Identifier, token: String) {
        let values = request.fields.all(Self.field)
        let hash = values.count == 1 ? values.first.flatMap { APIKeySecret(text: $0) }?.hash : nil
        let isFamiliar = hash.map { known.isFamiliar($0) } ?? false
        if !isFamiliar { try await takeTry(origin) }
        guard let hash, let (key, token) = try await known.find(hash) else {
            metrics.keysRefused.add()
            throw Problem.unauthorized()
        }
        if !isFamiliar { budget.withLock { $0.giveBack(origin.network, at: time.monotonic) } }
        let now = time.wall
        if let token, now + Self.tokenReserve < token.expiresAt { return (key.id, token.text) }
        let fresh = try makeToken(key, at: now)
        known.keep(fresh, for: hash)
        return (key.id, fresh.text)
    }

    private func takeTry(_ origin: ClientOrigin) async throws {
        switch budget.withLock({ $0.take(origin.network, at: time.monotonic) }) {
        case .granted: break
        case .grantedLast: await note(origin)
        case .refused(let wait):
            metrics.keysThrottled.add()
            throw Problem.tooManyRequests(
                quota, retryAfter: wait.secondsRoundedUp, "Too many wrong keys. Wait before the next try.",
                code: "too_many_attempts")
        }
    }

    /// Makes a note of the network in the audit log, once each time that its budget runs out.
    private func note(_ origin: ClientOrigin) async {
        let now = time.wall
        do {
            try await database.write {
                try $0.audit.append(SecurityEvent(kind: .apiKeyTriesSpent), from: origin, at: now)
            }
        } catch {
            logger.warning("cannot write to the audit log", [("error", "\(error)")])
        }
    }

    private func makeToken(_ key: APIKey, at now: Timestamp) throws -> KeyToken {
        var expiresAt = now + Self.tokenLifetime
        if let end = key.expiresAt { expiresAt = min(expiresAt, end) }
        let claims = AccessClaims(grant: key.grant, issuedAt: now, expiresAt: expiresAt)
        return KeyToken(text: try keyring.sign(claims), expiresAt: expiresAt)
    }
}
