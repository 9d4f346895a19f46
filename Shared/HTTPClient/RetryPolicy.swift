package import HTTPMessages

/// When a failed request is sent again, and how long after. A value without clock or randomness: both are passed in.
///
/// The defaults follow what the official SDKs of model providers do: two more attempts, half a second doubling up to
/// eight, minus up to a quarter of jitter; a delay that the server asks for wins, unless it is unreasonably long.
package struct RetryPolicy: Sendable, Hashable {
    /// All attempts together, the first included.
    package var attemptsMax: Int
    package var baseDelay: Duration
    package var delayMax: Duration
    /// A server that wants us to wait longer is not waited for.
    package var serverDelayMax: Duration
    /// True when POST and PATCH may be repeated as well, because the call has no lasting effect or carries a key that
    /// makes it idempotent.
    package var repeatsAnyMethod: Bool

    package init(
        attemptsMax: Int, baseDelay: Duration = .milliseconds(500), delayMax: Duration = .seconds(8),
        serverDelayMax: Duration = .seconds(120), repeatsAnyMethod: Bool = false
    ) {
        self.attemptsMax = attemptsMax
        self.baseDelay = baseDelay
        self.delayMax = delayMax
        self.serverDelayMax = serverDelayMax
        self.repeatsAnyMethod = repeatsAnyMethod
    }

    /// One attempt.
    package static let none = RetryPolicy(attemptsMax: 1)
    /// Three attempts for methods that RFC 9110 calls idempotent, one for the others.
    package static let idempotent = RetryPolicy(attemptsMax: 3)
    /// Three attempts for every method: for calls whose repetition harms nobody, such as a search sent as POST.
    package static let always = RetryPolicy(attemptsMax: 3, repeatsAnyMethod: true)

    /// How an attempt ended, as far as the decision needs it.
    package enum Outcome: Sendable {
        case response(status: Int, fields: HTTPFields)
        case failure(HTTPClientError)
    }

    /// Whether and when attempt number `attempt` (counted from 1) is followed by another.
    /// - Parameters:
    ///   - serverDelay: what the response asked for, see `ServerDelay`.
    ///   - jitter: 0 to 1, chosen by chance.
    /// - Returns: the time to wait, or `nil` when the outcome stands.
    package func delay(
        after outcome: Outcome, attempt: Int, method: HTTPMethod, serverDelay: Duration?, jitter: Double
    ) -> Duration? {
        guard attempt < attemptsMax, repeatsAnyMethod || method.isIdempotent, isWorthRepeating(outcome) else {
            return nil
        }
        if let serverDelay {
            return serverDelay <= serverDelayMax ? max(serverDelay, .zero) : nil
        }
        let doublings = min(attempt - 1, 16)
        let full = min(baseDelay * (1 << doublings), delayMax)
        return full - full * (0.25 * min(max(jitter, 0), 1))
    }

    private func isWorthRepeating(_ outcome: Outcome) -> Bool {
        switch outcome {
        case .failure(let error): return error.isConnectionFailure
        case .response(let status, let fields):
            // Sent by OpenAI and its proxies: the server knows better than the status does.
            if let advice = fields.first("x-should-retry") { return advice == "true" }
            return status == 408 || status == 429 || (500...599).contains(status) && status != 501 && status != 505
        }
    }
}
