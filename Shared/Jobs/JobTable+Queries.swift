import JSONCoding
package import Platform
import SQL

/// What people and services ask about jobs, and what they may do to them.
extension JobTable {
    func find(_ id: Identifier, in connection: any SQLConnection) throws -> JobRecord? {
        try connection.first("SELECT \(JobRecord.columns) FROM jobs WHERE id = \(id)").map(JobRecord.init(row:))
    }

    /// Newest first.
    func list(_ filter: JobFilter, in connection: any SQLConnection) throws -> [JobRecord] {
        var query: SQLQuery = "SELECT \(JobRecord.columns) FROM jobs WHERE 1 = 1"
        if let state = filter.state { query.append(" AND state = \(state)") }
        if let kind = filter.kind { query.append(" AND kind = \(kind)") }
        if let owner = filter.owner { query.append(" AND owner = \(owner)") }
        if let before = filter.before { query.append(" AND id < \(before)") }
        query.append(" ORDER BY id DESC LIMIT \(min(max(1, filter.limit), JobFilter.limitMax))")
        return try connection.query(query).map(JobRecord.init(row:))
    }

    /// Ends a queued job at once and asks for the end of a running one. `nil` when there is no such job, or it has ended.
    func cancel(_ id: Identifier, in connection: any SQLConnection) throws -> JobEvent? {
        let row = try connection.query(
            """
            UPDATE jobs SET cancel_requested = 1, revision = revision + 1,
                state = CASE state WHEN 'queued' THEN 'cancelled' ELSE state END,
                error = CASE state WHEN 'queued' THEN 'cancelled' ELSE error END,
                finished_at = CASE state WHEN 'queued' THEN \(clock.time.wall) ELSE finished_at END
            WHERE id = \(id) AND state IN ('queued', 'running')
            RETURNING id, kind, owner, state, revision, progress, error
            """
        ).first
        return try row.map(JobEvent.init(row:))
    }

    /// A new job that does what a failed or cancelled one was to do.
    func retry(_ id: Identifier, in connection: any SQLConnection) throws -> Identifier {
        let row = try connection.first(
            "SELECT kind, owner, unique_key, payload, state FROM jobs WHERE id = \(id)")
        guard let row else { throw JobError(.notFound, "no such job") }
        let state = try row.get("state", as: JobState.self)
        guard state == .failed || state == .cancelled else {
            throw JobError(.notRetryable, "only failed and cancelled jobs can be repeated")
        }
        let new = NewJob(
            kind: try row.get("kind"), payload: try JSONValue(parsing: row.get("payload", as: String.self)),
            owner: try row.get("owner"), uniqueKey: try row.get("unique_key"))
        return try insert(new, retryOf: id, in: connection).id
    }

    /// Removes up to `limit` jobs that ended before the given moments; how many that were.
    func removeFinished(
        before moment: Timestamp, failedBefore: Timestamp, limit: Int, in connection: any SQLConnection
    ) throws -> Int {
        try connection.execute(
            """
            DELETE FROM jobs WHERE id IN (
                SELECT id FROM jobs WHERE finished_at IS NOT NULL
                    AND finished_at < CASE state WHEN 'failed' THEN \(failedBefore) ELSE \(moment) END
                LIMIT \(limit))
            """)
    }
}

/// Which jobs to list.
package struct JobFilter: Sendable {
    /// The most that one page holds, whatever is asked for.
    package static let limitMax = 200

    package var state: JobState?
    package var kind: String?
    package var owner: String?
    /// Only those older than this one: the last of the page before.
    package var before: Identifier?
    package var limit = 50

    package init(state: JobState? = nil, kind: String? = nil, owner: String? = nil) {
        self.state = state
        self.kind = kind
        self.owner = owner
    }

    /// Jobs that were given up: the dead letters.
    package static let failed = JobFilter(state: .failed)
}
