package import Tokens

/// Knows the keys with which users' tokens are verified.
package protocol TokenAuthority: Sendable {
    /// The claims of a good access token.
    ///
    /// - Throws: a 401 problem for every bad token alike; a 503 problem when the keys cannot be had.
    func verify(_ token: String) async throws -> AccessClaims
}
