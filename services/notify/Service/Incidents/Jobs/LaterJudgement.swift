import JSONCoding
import Jobs
import Platform
import SQL

/// Judges again, thoroughly, what had to be judged quickly: one job for all incidents that are marked as provisional. The
/// mark is the queue; the job only says that there is something in it.
enum LaterJudgement {
    static let kind = "judge_incidents"
    /// Incidents judged before the results are stored and others get their turn.
    static let batchMax = 16
    /// Incidents judged together: cheaper than one by one, and short enough for a customer to wait for.
    static let groupMax = 4

    static let options = JobKindOptions(concurrency: 1)

    /// To be called in the transaction that stores a provisional incident.
    static func schedule(on jobs: JobQueue, in connection: any SQLConnection) throws {
        try jobs.enqueue(NewJob(kind: kind, uniqueKey: "all"), in: connection)
    }

    static func run(_ job: JobContext, for desk: IncidentDesk) async throws {
        while true {
            let begin = desk.time.monotonic
            let batch = try await desk.database.read {
                try IncidentTable.provisional(limit: batchMax, in: $0)
            }
            var judged: [(id: Identifier, triage: Triage)] = []
            for start in stride(from: 0, to: batch.count, by: groupMax) {
                try Task.checkCancellation()
                let group = batch[start..<min(start + groupMax, batch.count)]
                let triages = await desk.triage.judgeThoroughly(group.map(\.message))
                judged += zip(group.map(\.id), triages).map { ($0, $1) }
            }
            let results = judged
            let now = desk.time.wall
            guard batch.count == batchMax else {
                return try await job.complete { connection in
                    try store(results, at: now, in: connection)
                    // Some may have been added since the last look, whose `schedule` found this job still there.
                    guard try !IncidentTable.provisional(limit: 1, in: connection).isEmpty else { return }
                    try desk.jobs.enqueue(NewJob(kind: kind, uniqueKey: "after \(job.id)"), in: connection)
                }
            }
            try await job.commit { try store(results, at: now, in: $0) }
            // Half of the time belongs to the customers who are waiting.
            try await desk.time.sleep(for: desk.time.monotonic - begin)
        }
    }

    private static func store(
        _ results: [(id: Identifier, triage: Triage)], at now: Timestamp, in connection: any SQLConnection
    ) throws {
        for (id, triage) in results {
            // Somebody may have decided by hand meanwhile.
            guard var incident = try IncidentTable.find(id, in: connection), incident.triage.isProvisional else {
                continue
            }
            let before = incident.triage.judgement.category
            incident.triage = triage
            incident.updatedAt = now
            try IncidentTable.update(incident, in: connection)
            guard triage.judgement.category != before else { continue }
            try IncidentEventTable.append(
                IncidentEvent(
                    id: .make(at: now), kind: .classification, oldValue: before.rawValue,
                    newValue: triage.judgement.category.rawValue, actor: "notify", createdAt: now), of: id,
                in: connection)
        }
    }
}
