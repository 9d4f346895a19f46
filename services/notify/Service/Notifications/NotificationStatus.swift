import SQL

/// Where a notification is in its life.
enum NotificationStatus: String, Sendable, Hashable, CaseIterable, SQLBindable, SQLDecodable {
    /// To be delivered, now or after a wait.
    case pending
    /// The provider has taken it.
    case sent
    /// The provider says that it arrived.
    case delivered
    /// Given up: refused for good, or tried as often as is allowed, on every channel of its ladder.
    case failed
    /// Written to the outbox folder, because the channel has no credentials. Nobody has got it.
    case simulated
}
