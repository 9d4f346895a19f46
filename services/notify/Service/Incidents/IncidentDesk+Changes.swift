import JSONCoding
import Platform
import SQL

extension IncidentDesk {
    /// What staff want changed; nil leaves as it is.
    struct Change: Sendable, Hashable {
        var status: IncidentStatus?
        /// For the history only: the customer does not get it.
        var note: String?
        /// The right category, by a person who has looked.
        var category: IncidentCategory?
    }

    /// Changes an incident, writes its history, and tells the customer of a new status. What is so already is no change.
    ///
    /// - Throws: `IncidentError`.
    func change(_ id: Identifier, _ change: Change, by caller: IncidentCaller) async throws -> Incident {
        let now = time.wall
        return try await database.write { [self] connection in
            guard var incident = try IncidentTable.find(id, in: connection), incident.isVisible(to: caller) else {
                throw IncidentError.notFound
            }
            var events: [IncidentEvent] = []
            func note(_ kind: IncidentEvent.Kind, from old: String? = nil, to new: String? = nil) {
                // The note goes with the first thing that happened.
                let text = events.isEmpty ? change.note : nil
                events.append(
                    IncidentEvent(
                        id: .make(at: now), kind: kind, oldValue: old, newValue: new, note: text, actor: caller.name,
                        createdAt: now))
            }
            let old = incident.status
            if let status = change.status, status != old {
                guard old.successors.contains(status) else {
                    throw IncidentError.wrongStatus(from: old, to: status)
                }
                incident.status = status
                incident.resolvedAt = status == .resolved ? now : nil
                note(.status, from: old.rawValue, to: status.rawValue)
            }
            if let category = change.category {
                let before = incident.triage.judgement.category
                incident.triage = .byHand(category)
                if category != before { note(.classification, from: before.rawValue, to: category.rawValue) }
            }
            if events.isEmpty, change.note != nil { note(.note) }
            // A confirmed category has no event, but is no longer for review.
            guard !events.isEmpty || change.category != nil else { return incident }
            incident.updatedAt = now
            try IncidentTable.update(incident, in: connection)
            for event in events { try IncidentEventTable.append(event, of: id, in: connection) }
            if let event = events.first(where: { $0.kind == .status }) {
                try tell(incident, event.id, in: connection)
            }
            return incident
        }
    }

    private func tell(_ incident: Incident, _ event: Identifier, in connection: any SQLConnection) throws {
        guard !incident.ladders.isEmpty else { return }
        _ = try notifications.submit(
            IncidentMessages.status(incident, event: event, ladders: incident.ladders), by: incident.notifier,
            in: connection)
        // Opened again, it may be forgotten again.
        if incident.status == .open, !incident.isReminderSent {
            try ReminderJob.schedule(incident, after: settings.reminderAfter, on: jobs, in: connection)
        }
    }

    /// An incident with its notifications and its history.
    struct Dossier: Sendable {
        let incident: Incident
        let notifications: [Notification]
        let events: [IncidentEvent]
    }

    /// The most notifications and events shown with an incident.
    static let dossierMax = 200

    /// - Throws: `IncidentError.notFound`.
    func dossier(_ id: Identifier, for caller: IncidentCaller) async throws -> Dossier {
        try await database.read { connection in
            guard let incident = try IncidentTable.find(id, in: connection), incident.isVisible(to: caller) else {
                throw IncidentError.notFound
            }
            // Anybody may order a notification about an incident by naming it; another account's are not shown.
            let filter = NotificationFilter(
                incidentID: id.description, accountID: caller.accountID, limit: Self.dossierMax)
            return Dossier(
                incident: incident, notifications: try NotificationTable.list(filter, in: connection),
                events: try IncidentEventTable.list(of: id, limit: Self.dossierMax, in: connection))
        }
    }

    func list(_ filter: IncidentFilter) async throws -> [Incident] {
        try await database.read { try IncidentTable.list(filter, in: $0) }
    }
}

/// Why an incident is not shown or changed.
enum IncidentError: Error, Sendable, Hashable {
    /// There is none, or it is another account's.
    case notFound
    case wrongStatus(from: IncidentStatus, to: IncidentStatus)
}

extension Incident {
    func isVisible(to caller: IncidentCaller) -> Bool {
        caller.accountID == nil || caller.accountID == accountID
    }
}

extension Triage {
    /// The engine of what a person decided.
    static let byHandEngine = "staff"

    static func byHand(_ category: IncidentCategory) -> Triage {
        Triage(
            judgement: IncidentClassification(
                category: category, confidence: 1, secondBest: nil, secondConfidence: 0,
                reason: "Decided by a person.", engine: byHandEngine),
            needsReview: false, isProvisional: false)
    }
}
