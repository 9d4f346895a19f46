import Contracts
import JSONCoding
import Jobs
import Logs
import Platform
import SQL

/// Takes reports and makes incidents of them. An incident is stored with its notifications, its reminder and whatever has to
/// be done later in one transaction: all of it is there, or nothing.
final class IncidentDesk: Sendable {
    let database: any SQLDatabase
    let jobs: JobQueue
    let notifications: NotificationDesk
    let triage: TriageDesk
    let tickets: TicketSystem
    let settings: IncidentSettings
    let claims: ClaimTable
    let time: any TimeSource

    init(
        database: any SQLDatabase, jobs: JobQueue, notifications: NotificationDesk, triage: TriageDesk,
        tickets: TicketSystem, settings: IncidentSettings, time: any TimeSource
    ) {
        self.database = database
        self.jobs = jobs
        self.notifications = notifications
        self.triage = triage
        self.tickets = tickets
        self.settings = settings
        claims = ClaimTable(clock: MachineClock(time: time))
        self.time = time
    }

    /// What became of a report.
    struct Outcome: Sendable {
        let incident: Incident
        /// Whether the same message had made the incident before.
        let isJoined: Bool
        /// On which channels the customer gets an answer.
        let channels: [NotificationChannel]
    }

    /// Makes an incident of a report, or joins it to the one that the same message of the same customer has made within
    /// the last ten minutes, unless that is resolved.
    func take(_ report: IncidentReport, from caller: IncidentCaller) async throws -> Outcome {
        let digest = report.digest(accountID: caller.accountID)
        var id = Identifier.make(at: time.wall)
        if tickets.isConfigured {
            // The id goes out with the ticket, so it has to be certain before: a second request with the same message,
            // now or after a crash, gets the same id and with it the same ticket.
            switch try await claim(digest, for: id, from: caller) {
            case .joined(let incident): return Outcome(incident: incident, isJoined: true, channels: [])
            case .claimed(let claimed): id = claimed
            }
        }
        let triage = await triage.triage(report.message)
        let draft = draft(of: report, id: id, triage: triage, from: caller)
        let number = await tickets.numberSoon(for: draft.ticketJSON, id: id)
        return try await store(draft, number: number, digest: digest, from: caller)
    }

    private func draft(
        of report: IncidentReport, id: Identifier, triage: Triage, from caller: IncidentCaller
    ) -> Incident {
        let now = time.wall
        return Incident(
            id: id, accountID: caller.accountID, customerID: report.customerID, channel: report.channel,
            message: report.message, email: report.email, phone: report.phone, triage: triage, ticketID: "",
            externalTicketID: nil, status: .open, createdAt: now, updatedAt: now, resolvedAt: nil,
            isReminderSent: false, repeats: 0)
    }

    // MARK: Storing

    private enum Claim: Sendable {
        case claimed(Identifier)
        case joined(Incident)
    }

    private func claim(
        _ digest: [UInt8], for id: Identifier, from caller: IncidentCaller
    ) async throws -> Claim {
        let now = time.wall
        return try await database.write { [claims] connection in
            let claimed = try claims.claim(digest, for: id, in: connection)
            guard let incident = try Self.join(claimed, from: caller, at: now, in: connection) else {
                return .claimed(claimed)
            }
            return .joined(incident)
        }
    }

    private func store(
        _ draft: Incident, number: String?, digest: [UInt8], from caller: IncidentCaller
    ) async throws -> Outcome {
        let now = time.wall
        return try await database.write { [self] connection in
            let claimed = try claims.claim(digest, for: draft.id, in: connection)
            if let incident = try Self.join(claimed, from: caller, at: now, in: connection) {
                return Outcome(incident: incident, isJoined: true, channels: [])
            }
            let incident = draft.numbered(
                id: claimed, ticket: try number ?? Self.localTicket(in: connection), external: number)
            try IncidentTable.insert(incident, in: connection)
            let ladders = incident.ladders
            if !ladders.isEmpty {
                _ = try notifications.submit(
                    IncidentMessages.created(incident, ladders: ladders), by: incident.notifier, in: connection)
                try ReminderJob.schedule(incident, after: settings.reminderAfter, on: jobs, in: connection)
            }
            if number == nil, tickets.isConfigured { try TicketLinkJob.schedule(incident, on: jobs, in: connection) }
            if incident.triage.isProvisional { try LaterJudgement.schedule(on: jobs, in: connection) }
            return Outcome(incident: incident, isJoined: false, channels: ladders.compactMap(\.first))
        }
    }

    /// The incident `id` with one more repetition; nil when there is none by that id.
    private static func join(
        _ id: Identifier, from caller: IncidentCaller, at now: Timestamp, in connection: any SQLConnection
    ) throws -> Incident? {
        guard var incident = try IncidentTable.find(id, in: connection) else { return nil }
        incident.repeats += 1
        incident.updatedAt = now
        try IncidentTable.update(incident, in: connection)
        try IncidentEventTable.append(
            IncidentEvent(id: .make(at: now), kind: .repeated, actor: caller.name, createdAt: now), of: id,
            in: connection)
        return incident
    }

    private static func localTicket(in connection: any SQLConnection) throws -> String {
        for _ in 0..<LocalTicket.triesMax {
            let number = LocalTicket.make()
            if try !IncidentTable.isTaken(ticket: number, in: connection) { return number }
        }
        throw SQLError(.uniqueViolation, "no free ticket number was found")
    }
}

extension Incident {
    /// What the ticket system is told.
    var ticketJSON: JSONValue {
        [
            "incident_id": .identifier(id), "customer_id": .string(customerID), "channel": .string(channel.rawValue),
            "message": .string(message), "email": .optional(email), "phone": .optional(phone),
            "classification": .string(triage.judgement.category.rawValue),
            "confidence": .number(triage.judgement.confidence.roundedToHundredths),
            "created_at": .timestamp(createdAt),
        ]
    }

    /// In whose name notifications go out: those who may see the incident may see them.
    var notifier: NotificationDesk.Caller { NotificationDesk.Caller(scope: "notify", accountID: accountID) }

    fileprivate func numbered(id: Identifier, ticket: String, external: String?) -> Incident {
        Incident(
            id: id, accountID: accountID, customerID: customerID, channel: channel, message: message, email: email,
            phone: phone, triage: triage, ticketID: ticket, externalTicketID: external, status: status,
            createdAt: createdAt, updatedAt: updatedAt, resolvedAt: resolvedAt, isReminderSent: isReminderSent,
            repeats: repeats)
    }
}
