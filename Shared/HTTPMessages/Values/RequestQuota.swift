/// So many requests within a time: what a 429 tells of (draft-ietf-httpapi-ratelimit-headers).
package struct RequestQuota: Sendable, Hashable {
    /// In fields; letters, digits, dashes and underscores.
    package let name: String
    package let count: Int
    package let windowSeconds: Int

    package init(name: String, count: Int, windowSeconds: Int) {
        self.name = name
        self.count = count
        self.windowSeconds = windowSeconds
    }

    /// The value of `RateLimit-Policy`.
    package var policyField: String { "\"\(name)\";q=\(count);w=\(windowSeconds)" }

    /// The value of `RateLimit`: how many are left, and in how many seconds there are more.
    package func stateField(remaining: Int, seconds: Int) -> String {
        "\"\(name)\";r=\(remaining);t=\(seconds)"
    }
}
