import JSONCoding
import Jobs
import Platform
import SQL

/// Makes the ticket in the ticket system for an incident that was opened without one, and keeps its number beside the local
/// one that the customer knows. Tried for about half a day.
enum TicketLinkJob {
    static let kind = "link_ticket"

    static var options: JobKindOptions {
        var retry = RetryPolicy()
        retry.attemptsMax = 30
        retry.baseDelay = .seconds(5)
        retry.delayMax = .seconds(1_800)
        return JobKindOptions(concurrency: 4, retry: retry)
    }

    static func schedule(_ incident: Incident, on jobs: JobQueue, in connection: any SQLConnection) throws {
        try jobs.enqueue(
            NewJob(
                kind: kind, payload: ["incident_id": .identifier(incident.id)], uniqueKey: incident.id.description,
                start: .after(.seconds(1))), in: connection)
    }

    static func run(_ job: JobContext, for desk: IncidentDesk) async throws {
        guard let id = job.incidentID else { throw JobFailure.permanent("the job names no incident") }
        let found = try await desk.database.read { try IncidentTable.find(id, in: $0) }
        guard let found, found.externalTicketID == nil else { return }
        let number: String
        do {
            number = try await desk.tickets.number(for: found.ticketJSON, id: id)
        } catch let refusal as TicketRefusal {
            throw refusal.isFinal ? JobFailure.permanent(refusal.message) : .transient(refusal.message)
        }
        let now = desk.time.wall
        try await job.complete { connection in
            guard var incident = try IncidentTable.find(id, in: connection) else { return }
            incident.externalTicketID = number
            incident.updatedAt = now
            try IncidentTable.update(incident, in: connection)
            try IncidentEventTable.append(
                IncidentEvent(
                    id: .make(at: now), kind: .ticketLinked, oldValue: incident.ticketID, newValue: number,
                    actor: "notify", createdAt: now), of: id, in: connection)
        }
    }
}
