-- Recorded conversations, their files, what was done with them, and the accounts they belong to. Times are milliseconds
-- since 1970 in UTC.

CREATE TABLE conversation_processing (
    -- proc_ and a UUID of version 7, so that they sort by the time they were made.
    processing_id TEXT NOT NULL PRIMARY KEY,
    account_id TEXT NOT NULL,
    conversation_id TEXT NOT NULL,
    -- Who gets the report; NULL when nobody does.
    email_id TEXT,
    -- api, webhook or reconciliation.
    source TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('processing', 'completed', 'failed')),
    -- What is done next: the checkpoint from which it resumes.
    step TEXT NOT NULL CHECK (step IN ('transcript', 'audio', 'store', 'summary', 'report', 'email', 'done')),
    step_started_at INTEGER NOT NULL,
    -- The job of the present step. A job that is not named here may no longer write.
    job_id TEXT NOT NULL,
    -- 0 once a forced run has replaced it.
    is_current INTEGER NOT NULL DEFAULT 1 CHECK (is_current IN (0, 1)),
    error_message TEXT,
    -- What the provider says about the conversation.
    provider_status TEXT,
    agent_id TEXT,
    agent_name TEXT,
    started_at INTEGER,
    duration_seconds REAL,
    has_audio INTEGER NOT NULL DEFAULT 0 CHECK (has_audio IN (0, 1)),
    -- JSON: [{"name", "value"}], for the report.
    metadata TEXT NOT NULL DEFAULT '[]',
    -- JSON: the turns as they may be shown; NULL until they have been fetched.
    turns TEXT,
    -- JSON: the summary; NULL until it has been made.
    summary TEXT,
    report_generated_at INTEGER,
    -- JSON: the notifications that carry the report.
    notification_ids TEXT NOT NULL DEFAULT '[]',
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    completed_at INTEGER
) STRICT;

CREATE UNIQUE INDEX conversation_processing_current ON conversation_processing (account_id, conversation_id)
    WHERE is_current = 1;
CREATE INDEX conversation_processing_by_account ON conversation_processing (account_id, processing_id);
CREATE INDEX conversation_processing_by_time ON conversation_processing (account_id, created_at);
CREATE INDEX conversation_processing_by_status ON conversation_processing (status, processing_id);

CREATE TABLE conversation_files (
    processing_id TEXT NOT NULL REFERENCES conversation_processing (processing_id),
    kind TEXT NOT NULL CHECK (kind IN ('transcript', 'audio', 'report')),
    bucket TEXT NOT NULL,
    object_key TEXT NOT NULL,
    content_type TEXT NOT NULL,
    byte_count INTEGER NOT NULL,
    sha256 TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (processing_id, kind)
) STRICT;

-- What happened, in order; only ever added to.
CREATE TABLE processing_audit_log (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    processing_id TEXT,
    account_id TEXT NOT NULL,
    conversation_id TEXT,
    event TEXT NOT NULL,
    step TEXT,
    detail TEXT,
    -- user:<id>, key:<id>, provider or system.
    actor TEXT NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;

CREATE INDEX processing_audit_log_by_processing ON processing_audit_log (processing_id, id);

CREATE TRIGGER processing_audit_log_is_not_changed BEFORE UPDATE ON processing_audit_log
BEGIN
    SELECT RAISE(ABORT, 'the audit log is only added to');
END;

CREATE TRIGGER processing_audit_log_is_not_emptied BEFORE DELETE ON processing_audit_log
BEGIN
    SELECT RAISE(ABORT, 'the audit log is only added to');
END;

CREATE TABLE account_settings (
    account_id TEXT NOT NULL PRIMARY KEY,
    -- JSON, as GET /api/v1/accounts/{id}/settings shows it.
    settings TEXT NOT NULL,
    updated_at INTEGER NOT NULL,
    updated_by TEXT NOT NULL
) STRICT;

-- Whose calls an agent of the provider takes: by this, webhooks find their account.
CREATE TABLE account_agents (
    agent_id TEXT NOT NULL PRIMARY KEY,
    account_id TEXT NOT NULL
) STRICT;

CREATE INDEX account_agents_by_account ON account_agents (account_id);

CREATE TABLE api_usage_metrics (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    account_id TEXT NOT NULL,
    processing_id TEXT NOT NULL,
    -- elevenlabs, model, storage or email.
    service TEXT NOT NULL,
    operation TEXT NOT NULL,
    input_tokens INTEGER NOT NULL DEFAULT 0,
    output_tokens INTEGER NOT NULL DEFAULT 0,
    bytes INTEGER NOT NULL DEFAULT 0,
    -- What the provider counts itself, such as ElevenLabs' credits.
    provider_units REAL NOT NULL DEFAULT 0,
    cost_usd REAL NOT NULL DEFAULT 0,
    created_at INTEGER NOT NULL
) STRICT;

CREATE INDEX api_usage_metrics_by_account ON api_usage_metrics (account_id, created_at);

-- Signatures of webhooks that were taken, so that none is taken twice while its time lasts.
CREATE TABLE webhook_receipts (
    signature TEXT NOT NULL PRIMARY KEY,
    received_at INTEGER NOT NULL
) STRICT;

CREATE INDEX webhook_receipts_by_time ON webhook_receipts (received_at);
