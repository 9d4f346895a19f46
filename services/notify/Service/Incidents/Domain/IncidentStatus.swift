import SQL

/// Where an incident is in its life.
enum IncidentStatus: String, Sendable, Hashable, CaseIterable, SQLBindable, SQLDecodable {
    case open
    case inProgress = "in_progress"
    case resolved

    /// What it may become. A resolved incident is opened again before anybody works on it again, so that the customer's
    /// 24 hours begin anew.
    var successors: [IncidentStatus] {
        switch self {
        case .open: [.inProgress, .resolved]
        case .inProgress: [.open, .resolved]
        case .resolved: [.open]
        }
    }

    /// What the customer is told when it has become this.
    var text: String {
        switch self {
        case .open: "Open again"
        case .inProgress: "In progress"
        case .resolved: "Resolved"
        }
    }
}
