import JSONCoding
import Platform
import SQL

/// All statements about the table of jobs. Each runs in the caller's transaction.
struct JobTable: Sendable {
    let clock: MachineClock
    /// The name of this worker: one for each queue object.
    let worker: String

    /// Adds a job, or finds the one that its unique key stands for.
    func insert(
        _ new: NewJob, retryOf: Identifier? = nil, in connection: any SQLConnection
    ) throws -> (id: Identifier, isNew: Bool) {
        let payload = new.payload.text
        guard payload.utf8.count <= NewJob.payloadBytesMax else {
            throw JobError(.payloadTooLarge, "a payload has at most \(NewJob.payloadBytesMax) bytes")
        }
        let id = Identifier.make()
        let due = due(new.start)
        let added = try connection.execute(
            """
            INSERT INTO jobs (id, kind, owner, unique_key, payload, state, ready, run_at, due_boot, due_at, retry_of,
                created_at)
            VALUES (\(id), \(new.kind), \(new.owner), \(new.uniqueKey), \(payload), 'queued', \(due.ready),
                \(due.runAt), \(due.boot), \(due.at), \(retryOf), \(clock.time.wall))
            ON CONFLICT (kind, unique_key) WHERE unique_key IS NOT NULL AND state IN ('queued', 'running') DO NOTHING
            """)
        if added == 1 { return (id, true) }
        let existing = try connection.first(
            """
            SELECT id FROM jobs
            WHERE kind = \(new.kind) AND unique_key = \(new.uniqueKey) AND state IN ('queued', 'running')
            """)
        guard let existing else { throw JobError(.notFound, "the job with this unique key has just ended") }
        return (try existing.get("id"), false)
    }

    private struct Due {
        var ready: Bool
        var runAt: Timestamp
        var boot: String?
        var at: Int64?
    }

    private func due(_ start: NewJob.Start) -> Due {
        let wall = clock.time.wall
        switch start {
        case .now:
            return Due(ready: true, runAt: wall)
        case .after(let delay) where delay <= .zero:
            return Due(ready: true, runAt: wall)
        case .after(let delay):
            return Due(ready: false, runAt: wall + delay, boot: clock.boot, at: clock.nanoseconds(after: delay))
        case .at(let moment):
            return Due(ready: moment <= wall, runAt: moment)
        }
    }

    /// Gives up to `limit` jobs of `kind` to this worker, the oldest first.
    func claim(
        kind: String, limit: Int, lease: Duration, in connection: any SQLConnection
    ) throws -> [ClaimedJob] {
        let rows = try connection.query(
            """
            UPDATE jobs SET state = 'running', attempts = attempts + 1, fence = fence + 1, revision = revision + 1,
                lease_worker = \(worker), lease_boot = \(clock.boot), lease_until = \(clock.nanoseconds(after: lease)),
                started_at = \(clock.time.wall)
            WHERE id IN (
                SELECT id FROM jobs WHERE state = 'queued' AND ready = 1 AND kind = \(kind)
                ORDER BY id LIMIT \(limit)\(sqlite: "", postgres: " FOR UPDATE SKIP LOCKED"))
            RETURNING id, kind, owner, fence, attempts, interruptions, payload, revision
            """)
        return try rows.map { row in
            ClaimedJob(
                lease: JobLease(
                    id: try row.get("id"), kind: try row.get("kind"), owner: try row.get("owner"),
                    fence: try row.get("fence"), attempt: try row.get("attempts"),
                    interruptions: try row.get("interruptions")),
                payload: try JSONValue(parsing: row.get("payload", as: String.self)))
        }
        // RETURNING does not keep the order of the inner query.
        .sorted { $0.lease.id < $1.lease.id }
    }

    /// Throws `.leaseLost` unless the lease is the present one and has not run out.
    func requireLease(_ lease: JobLease, in connection: any SQLConnection) throws {
        let row = try connection.first(
            "SELECT 1 AS held FROM jobs WHERE \(holds(lease))")
        guard row != nil else { throw JobError(.leaseLost, "the lease of this job has been lost") }
    }

    private func holds(_ lease: JobLease) -> SQLQuery {
        """
        id = \(lease.id) AND fence = \(lease.fence) AND state = 'running' \
        AND lease_boot = \(clock.boot) AND lease_until > \(clock.now)
        """
    }

    /// Notes progress under the lease; the new revision. Whoever makes progress may be interrupted anew.
    func setProgress(
        _ progress: JSONValue, under lease: JobLease, in connection: any SQLConnection
    ) throws -> Int64 {
        let rows = try connection.query(
            """
            UPDATE jobs SET progress = \(progress.text), revision = revision + 1, interruptions = 0
            WHERE \(holds(lease)) RETURNING revision
            """)
        guard let row = rows.first else { throw JobError(.leaseLost, "the lease of this job has been lost") }
        return try row.get("revision")
    }

    /// Whether somebody has asked for the end of the job.
    func isCancelRequested(_ lease: JobLease, in connection: any SQLConnection) throws -> Bool {
        try connection.first("SELECT cancel_requested FROM jobs WHERE id = \(lease.id)")?.get("cancel_requested")
            ?? false
    }

    /// Ends an attempt under the lease, as `transition` says; `nil` when the lease is lost.
    func end(
        _ lease: JobLease, _ transition: JobTransition, in connection: any SQLConnection
    ) throws -> JobEvent? {
        try end(where: holds(lease), transition, in: connection)
    }

    private func end(
        where condition: SQLQuery, _ transition: JobTransition, in connection: any SQLConnection
    ) throws -> JobEvent? {
        let due = due(transition.delay.map { .after($0) } ?? .now)
        let row = try connection.query(
            """
            UPDATE jobs SET state = \(transition.state), ready = \(due.ready), run_at = \(due.runAt),
                due_boot = \(due.boot), due_at = \(due.at), error = \(transition.error), revision = revision + 1,
                attempts = attempts - \(transition.countsAttempt ? 0 : 1),
                interruptions = interruptions + \(transition.countsInterruption ? 1 : 0),
                lease_worker = NULL, lease_boot = NULL, lease_until = NULL,
                finished_at = \(transition.state.isFinished ? clock.time.wall : nil)
            WHERE \(condition) RETURNING id, kind, owner, state, revision, progress, error
            """
        ).first
        return try row.map(JobEvent.init(row:))
    }

    /// A lease of this worker's as the heartbeat found it.
    struct Beat: Sendable {
        let id: Identifier
        let fence: Int64
        let isCancelRequested: Bool
    }

    /// Prolongs all leases of this worker that have not run out. What is missing in the answer is lost.
    func renew(lease: Duration, in connection: any SQLConnection) throws -> [Beat] {
        try connection.query(
            """
            UPDATE jobs SET lease_until = \(clock.nanoseconds(after: lease))
            WHERE state = 'running' AND lease_worker = \(worker) AND lease_boot = \(clock.boot)
                AND lease_until > \(clock.now)
            RETURNING id, fence, cancel_requested
            """
        ).map { row in
            Beat(
                id: try row.get("id"), fence: try row.get("fence"),
                isCancelRequested: try row.get("cancel_requested"))
        }
    }

    /// Puts back everything this worker holds.
    func putBackAll(in connection: any SQLConnection) throws -> Int {
        try connection.execute(
            """
            UPDATE jobs SET state = CASE cancel_requested WHEN 1 THEN 'cancelled' ELSE 'queued' END,
                finished_at = CASE cancel_requested WHEN 1 THEN \(clock.time.wall) ELSE NULL END,
                ready = 1, attempts = attempts - 1, revision = revision + 1,
                lease_worker = NULL, lease_boot = NULL, lease_until = NULL
            WHERE state = 'running' AND lease_worker = \(worker)
            """)
    }

    /// Ends the attempts whose lease has run out, or was given before the last reboot.
    func expireLeases(
        policy: (String) -> RetryPolicy, in connection: any SQLConnection
    ) throws -> [JobEvent] {
        let rows = try connection.query(
            """
            SELECT id, kind, fence, attempts, interruptions, cancel_requested FROM jobs
            WHERE state = 'running' AND (lease_boot <> \(clock.boot) OR lease_until <= \(clock.now)) LIMIT 1000
            """)
        return try rows.compactMap { row in
            let transition = JobTransition.after(
                .leaseExpired, attempts: try row.get("attempts"), interruptions: try row.get("interruptions"),
                isCancelRequested: try row.get("cancel_requested"), policy: policy(try row.get("kind")), random: 0)
            let (id, fence) = (try row.get("id", as: Identifier.self), try row.get("fence", as: Int64.self))
            return try end(
                where: "id = \(id) AND fence = \(fence) AND state = 'running'", transition, in: connection)
        }
    }

    /// Makes what has become due ready to be claimed.
    func promoteDue(in connection: any SQLConnection) throws -> Int {
        try connection.execute(
            "UPDATE jobs SET ready = 1, revision = revision + 1 WHERE \(isDue)")
    }

    /// A delay counts on the clock of the boot it was given in; after a reboot, and for moments, the wall clock decides.
    private var isDue: SQLQuery {
        """
        state = 'queued' AND ready = 0 AND CASE WHEN due_boot = \(clock.boot) THEN due_at <= \(clock.now) \
        ELSE run_at <= \(clock.time.wall) END
        """
    }

    /// What a look at the table found to do.
    struct Duties: Sendable {
        var hasDue: Bool
        var hasExpired: Bool
        var counts: [(kind: String, state: JobState, count: Int)]
    }

    /// Looks what there is to do, without writing.
    func duties(in connection: any SQLConnection) throws -> Duties {
        let row = try connection.first(
            """
            SELECT EXISTS (SELECT 1 FROM jobs WHERE \(isDue)) AS has_due,
                EXISTS (SELECT 1 FROM jobs WHERE state = 'running'
                    AND (lease_boot <> \(clock.boot) OR lease_until <= \(clock.now))) AS has_expired
            """)
        let counts = try connection.query(
            """
            SELECT kind, 'queued' AS state, count(*) AS number FROM jobs WHERE state = 'queued' AND ready = 1 GROUP BY kind
            UNION ALL
            SELECT kind, 'running' AS state, count(*) AS number FROM jobs WHERE state = 'running' GROUP BY kind
            """)
        return Duties(
            hasDue: try row?.get("has_due") ?? false, hasExpired: try row?.get("has_expired") ?? false,
            counts: try counts.map { (try $0.get("kind"), try $0.get("state"), try $0.get("number")) })
    }
}

extension JobEvent {
    init(row: SQLRow) throws {
        id = try row.get("id")
        kind = try row.get("kind")
        owner = try row.get("owner")
        state = try row.get("state")
        revision = try row.get("revision")
        progress = try row.get("progress", as: String?.self).map { try JSONValue(parsing: $0) }
        error = try row.get("error")
    }
}
