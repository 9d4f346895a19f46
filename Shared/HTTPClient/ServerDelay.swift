package import HTTPMessages
package import Platform

/// How long a server asks to be left alone: `retry-after-ms` (model providers) before `Retry-After` in seconds or as a
/// date (RFC 9110, 10.2.3).
package enum ServerDelay {
    /// `nil` when the server asked for nothing, or for something unreadable.
    package static func asked(in fields: HTTPFields, now: Timestamp) -> Duration? {
        if let text = fields.first("retry-after-ms"), let milliseconds = Double(text), isReasonable(milliseconds / 1000)
        {
            return .milliseconds(Int64(milliseconds))
        }
        guard let text = fields.first("retry-after") else { return nil }
        if let seconds = Double(text) {
            return isReasonable(seconds) ? .milliseconds(Int64(seconds * 1000)) : nil
        }
        guard let date = HTTPDate.parse(text) else { return nil }
        return max(date.duration(since: now), .zero)
    }

    /// Keeps the arithmetic safe; what is too long to wait for is decided by `RetryPolicy.serverDelayMax`.
    private static func isReasonable(_ seconds: Double) -> Bool { seconds >= 0 && seconds <= 31_536_000 }
}
