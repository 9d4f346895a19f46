package import JSONCoding
package import Platform
package import SQL

/// What a handler knows about its job and may do in its name.
///
/// The lease is prolonged by the queue. When it is lost all the same (the process was frozen, the job was taken away), every
/// method throws `.leaseLost`, so that nothing of a late worker is kept.
package struct JobContext: Sendable {
    package let id: Identifier
    package let kind: String
    package let owner: String?
    package let payload: JSONValue
    /// 1 for the first.
    package let attempt: Int

    private let queue: JobQueue
    private let run: JobRun

    private var lease: JobLease { run.lease }

    init(_ job: ClaimedJob, queue: JobQueue, run: JobRun) {
        id = job.lease.id
        kind = job.lease.kind
        owner = job.lease.owner
        payload = job.payload
        attempt = job.lease.attempt
        self.queue = queue
        self.run = run
    }

    /// Whether the handler should end soon: cancelled by somebody, shutdown, lease lost, or out of time. The handler's task
    /// is cancelled at the same moment.
    package var isCancelled: Bool { run.signal.reason != nil || Task.isCancelled }

    /// Stores progress and tells the listeners. One synced write: for every page, not for every word.
    package func progress(_ progress: JSONValue) async throws {
        try await commit { try setProgress(progress, in: $0) }
    }

    /// Stores progress as part of a commit; listeners hear of it once it is durable.
    package func setProgress(_ progress: JSONValue, in connection: any SQLConnection) throws {
        let revision = try queue.table.setProgress(progress, under: lease, in: connection)
        let event = JobEvent(
            id: id, kind: kind, owner: owner, state: .running, revision: revision, progress: progress, error: nil)
        connection.afterCommit { [queue] in queue.announce(event) }
    }

    /// Writes results, provided that this worker still holds the job: the fencing number is checked in the same
    /// transaction. Throws `.leaseLost` otherwise, and nothing is written.
    package func commit<T: Sendable>(
        _ body: @escaping @Sendable (any SQLConnection) throws -> T
    ) async throws -> T {
        let (table, lease) = (queue.table, lease)
        return try await queue.database.write { connection in
            try table.requireLease(lease, in: connection)
            return try body(connection)
        }
    }

    /// Writes the last results and marks the job completed in one transaction: its effect happens once, whatever dies
    /// when. The handler returns after it.
    package func complete<T: Sendable>(
        _ body: @escaping @Sendable (any SQLConnection) throws -> T
    ) async throws -> T {
        let (queue, run, lease) = (queue, run, lease)
        return try await queue.database.write { connection in
            try queue.table.requireLease(lease, in: connection)
            let value = try body(connection)
            guard let event = try queue.table.end(lease, JobTransition(state: .completed), in: connection) else {
                throw JobError(.leaseLost, "the lease of this job has been lost")
            }
            connection.afterCommit {
                run.markEnded()
                queue.announceEnd(event, of: lease)
            }
            return value
        }
    }
}
