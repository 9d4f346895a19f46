package import SQL

extension JobQueue {
    /// The tables of this module: jobs and schedules, outbox and inbox, idempotency keys. Every service that uses one of
    /// them hands these steps to its `Migrator` before its own.
    package static let migrations = MigrationSet(
        namespace: "jobs", scripts: [(name: "initial", script: initialMigration)])

    // `ready` is 1 for what may be claimed now; what waits for a moment has `run_at` (wall clock) and, when the moment was
    // given as a delay, also `due_boot` and `due_at` (the machine's own clock, which nobody sets).
    private static let initialMigration = """
        CREATE TABLE jobs (
            id TEXT NOT NULL PRIMARY KEY,
            kind TEXT NOT NULL,
            owner TEXT,
            unique_key TEXT,
            payload TEXT NOT NULL,
            state TEXT NOT NULL CHECK (state IN ('queued', 'running', 'completed', 'failed', 'cancelled')),
            ready INTEGER NOT NULL,
            run_at INTEGER NOT NULL,
            due_boot TEXT,
            due_at INTEGER,
            attempts INTEGER NOT NULL DEFAULT 0,
            interruptions INTEGER NOT NULL DEFAULT 0,
            fence INTEGER NOT NULL DEFAULT 0,
            lease_worker TEXT,
            lease_boot TEXT,
            lease_until INTEGER,
            cancel_requested INTEGER NOT NULL DEFAULT 0,
            revision INTEGER NOT NULL DEFAULT 0,
            progress TEXT,
            error TEXT,
            retry_of TEXT,
            created_at INTEGER NOT NULL,
            started_at INTEGER,
            finished_at INTEGER
        ) STRICT;
        CREATE INDEX jobs_ready ON jobs (kind, id) WHERE state = 'queued' AND ready = 1;
        CREATE INDEX jobs_waiting ON jobs (run_at) WHERE state = 'queued' AND ready = 0;
        CREATE INDEX jobs_running ON jobs (lease_worker) WHERE state = 'running';
        CREATE INDEX jobs_finished ON jobs (finished_at) WHERE finished_at IS NOT NULL;
        CREATE INDEX jobs_failed ON jobs (id) WHERE state = 'failed';
        CREATE INDEX jobs_owner ON jobs (owner, id) WHERE owner IS NOT NULL;
        CREATE UNIQUE INDEX jobs_unique ON jobs (kind, unique_key)
            WHERE unique_key IS NOT NULL AND state IN ('queued', 'running');

        CREATE TABLE job_slots (
            schedule TEXT NOT NULL,
            slot INTEGER NOT NULL,
            job_id TEXT,
            PRIMARY KEY (schedule, slot)
        ) STRICT;

        CREATE TABLE outbox (
            sequence INTEGER PRIMARY KEY,
            id TEXT NOT NULL UNIQUE,
            target TEXT NOT NULL,
            path TEXT NOT NULL,
            payload TEXT NOT NULL,
            refused INTEGER NOT NULL DEFAULT 0,
            attempts INTEGER NOT NULL DEFAULT 0,
            error TEXT,
            created_at INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX outbox_open ON outbox (target, sequence) WHERE refused = 0;

        CREATE TABLE inbox (
            id TEXT NOT NULL PRIMARY KEY,
            received_at INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX inbox_age ON inbox (received_at);

        CREATE TABLE leases (
            name TEXT NOT NULL PRIMARY KEY,
            worker TEXT NOT NULL,
            boot TEXT NOT NULL,
            until INTEGER NOT NULL
        ) STRICT;

        CREATE TABLE idempotency_keys (
            scope TEXT NOT NULL,
            key TEXT NOT NULL,
            fingerprint BLOB NOT NULL,
            claim TEXT NOT NULL,
            boot TEXT NOT NULL,
            claimed_at INTEGER NOT NULL,
            created_at INTEGER NOT NULL,
            status INTEGER,
            fields TEXT,
            body BLOB,
            PRIMARY KEY (scope, key)
        ) STRICT;
        CREATE INDEX idempotency_age ON idempotency_keys (created_at);
        """
}
