import Contracts
import HTTPClient
import HTTPMessages
import JSONCoding
import Logs
import Platform
package import Tokens

/// Verifies users' tokens with the public keys that auth publishes at `/.well-known/jwks.json`.
///
/// The keys are fetched when the first token comes, and again when a token names a key that is not known, but at most
/// once in `refetchInterval`, so that forged tokens cannot make work for auth.
package final class PublishedKeys: TokenAuthority {
    static let refetchInterval = Duration.seconds(10)

    private let verifier: TokenVerifier
    private let fetcher: KeyFetcher

    package init(foundation: ServiceFoundation) {
        verifier = TokenVerifier(keys: JSONWebKeySet([]), time: foundation.time)
        fetcher = KeyFetcher(
            url: foundation.basics.url(of: .auth) + "/.well-known/jwks.json", verifier: verifier,
            client: foundation.client, logger: foundation.logger.named("keys"), time: foundation.time)
    }

    package func verify(_ token: String) async throws -> AccessClaims {
        do {
            return try verifier.verify(token)
        } catch TokenRefusal.unknownKey {
            try await fetcher.fetch()
        } catch {
            throw Problem.unauthorized()
        }
        do {
            return try verifier.verify(token)
        } catch {
            throw Problem.unauthorized()
        }
    }
}

/// Fetches the keys; callers that come while it does wait for the same answer.
private actor KeyFetcher {
    private let url: String
    private let verifier: TokenVerifier
    private let client: HTTPClient
    private let logger: Logger
    private let time: any TimeSource
    private var running: Task<Void, any Error>?
    private var fetchedAt: MonotonicInstant?

    init(url: String, verifier: TokenVerifier, client: HTTPClient, logger: Logger, time: any TimeSource) {
        self.url = url
        self.verifier = verifier
        self.client = client
        self.logger = logger
        self.time = time
    }

    /// - Throws: a 503 problem when auth cannot be reached.
    func fetch() async throws {
        if let fetchedAt, time.monotonic - fetchedAt < PublishedKeys.refetchInterval { return }
        if let running { return try await running.value }
        // Owned by this actor until it ends; shared by all callers, so no caller's cancellation may end it.
        let task = Task { try await load() }
        running = task
        defer { running = nil }
        try await task.value
    }

    private func load() async throws {
        do {
            let request = HTTPClientRequest(
                .get, url,
                timeouts: HTTPClientRequest.Timeouts(connect: .seconds(2), total: .seconds(5)), retry: .idempotent,
                responseBytesMax: 65_536, peer: "auth")
            let response = try await client.send(request)
            guard response.isSuccess else { throw Problem.unavailable(retryAfter: 2) }
            verifier.replaceKeys(try JSONWebKeySet(json: JSONValue(parsing: response.body)))
            fetchedAt = time.monotonic
        } catch {
            logger.warning("cannot fetch the public keys of auth", [("error", "\(error)")])
            throw Problem.unavailable(retryAfter: 2)
        }
    }
}
