import HTTPMessages
import Platform

/// When an account or an address must wait after wrong passwords. Value in, decision out; the failures are rows that all
/// replicas share.
///
/// Up to the limit within the window nothing happens. From there on every further try has to wait, twice as long after
/// each failure of the past day.
struct LoginThrottle: Sendable, Hashable {
    /// What it is called in fields.
    var name = "login"
    /// Failures within the window after which waiting begins.
    var failuresMax: Int
    var window = Duration.seconds(15 * 60)
    /// The wait after the failure that reached the limit.
    var firstWait = Duration.seconds(30)
    var longestWait = Duration.seconds(15 * 60)

    /// Failures older than this are forgotten.
    static let memory = Duration.seconds(24 * 3_600)

    /// The failures of one account or address.
    struct History: Sendable, Hashable {
        /// Within the window.
        var recent: Int
        /// Within `memory`.
        var total: Int
        var last: Timestamp?
    }

    /// As clients are told of it.
    var quota: RequestQuota {
        RequestQuota(name: name, count: failuresMax, windowSeconds: Int(clamping: window.components.seconds))
    }

    /// How long a try at `now` still has to wait; nil when it may go ahead.
    func wait(for history: History, at now: Timestamp) -> Duration? {
        guard history.recent >= failuresMax, let last = history.last else { return nil }
        let wait = self.wait(afterFailures: history.total)
        // A clock that was set back must not lengthen the wait.
        let passed = max(.zero, now.duration(since: last))
        return passed < wait ? wait - passed : nil
    }

    /// The wait that the failure number `count` brings.
    func wait(afterFailures count: Int) -> Duration {
        let doublings = max(0, count - failuresMax)
        // 2^10 × 30 s is beyond any longest wait; without a bound the shift would overflow.
        guard doublings <= 10 else { return longestWait }
        return min(longestWait, firstWait * (1 << doublings))
    }
}
