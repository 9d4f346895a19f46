import JSONCoding
import Jobs
import Platform
import SQL

/// Reminds the customer, once, that his incident is still being worked on. The job is put into the queue with the incident
/// and does its work and its end in one transaction, so the reminder is neither lost nor sent twice.
enum ReminderJob {
    static let kind = "remind_of_incident"

    /// The delay counts on the machine's own clock: setting the time of day makes it neither early nor late.
    static func schedule(
        _ incident: Incident, after delay: Duration, on jobs: JobQueue, in connection: any SQLConnection
    ) throws {
        try jobs.enqueue(
            NewJob(
                kind: kind, payload: ["incident_id": .identifier(incident.id)], uniqueKey: incident.id.description,
                start: .after(delay)), in: connection)
    }

    static func run(_ job: JobContext, for desk: IncidentDesk) async throws {
        guard let id = job.incidentID else { throw JobFailure.permanent("the job names no incident") }
        let now = desk.time.wall
        try await job.complete { connection in
            guard var incident = try IncidentTable.find(id, in: connection), incident.status != .resolved,
                !incident.isReminderSent
            else { return }
            _ = try desk.notifications.submit(
                IncidentMessages.reminder(incident, ladders: incident.ladders), by: incident.notifier, in: connection)
            incident.isReminderSent = true
            incident.updatedAt = now
            try IncidentTable.update(incident, in: connection)
            try IncidentEventTable.append(
                IncidentEvent(id: .make(at: now), kind: .reminded, actor: "notify", createdAt: now), of: id,
                in: connection)
        }
    }
}

extension JobContext {
    /// The incident that the job is about.
    var incidentID: Identifier? { payload["incident_id"]?.string.flatMap { Identifier($0) } }
}
