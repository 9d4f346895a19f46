-- What notify was asked to tell people, and every try to tell it. Times are milliseconds since 1970 in UTC; identifiers
-- are UUIDs as text, of version 7, so that they sort by the time they were made.

CREATE TABLE notification_orders (
    id TEXT NOT NULL PRIMARY KEY,
    -- Whose key it is: 'notify' for the service itself, 'service NAME', 'user ID' or 'key ID'.
    scope TEXT NOT NULL,
    idempotency_key TEXT NOT NULL,
    -- SHA-256 of the order: the same key with another order is refused.
    fingerprint BLOB NOT NULL,
    template TEXT NOT NULL,
    recipient_name TEXT,
    unsubscribe_url TEXT,
    created_at INTEGER NOT NULL,
    UNIQUE (scope, idempotency_key)
) STRICT;

CREATE TABLE notification_attachments (
    order_id TEXT NOT NULL REFERENCES notification_orders (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    name TEXT NOT NULL,
    content_type TEXT NOT NULL,
    content BLOB NOT NULL,
    PRIMARY KEY (order_id, position)
) STRICT;

-- One for each ladder of an order: a list of channels tried in order until one succeeds.
CREATE TABLE notifications (
    id TEXT NOT NULL PRIMARY KEY,
    order_id TEXT NOT NULL REFERENCES notification_orders (id),
    -- The account of the API key that ordered it; such keys see nothing else.
    account_id TEXT,
    -- What it is about; incident_id beside it when that is an incident.
    reference_kind TEXT,
    reference_id TEXT,
    incident_id TEXT,
    -- The rendered messages: JSON [{"channel", "recipient", "subject", "text", "html"}].
    ladder TEXT NOT NULL,
    -- The place in the ladder that is being tried, or that succeeded or failed last, and what stands there.
    rung INTEGER NOT NULL,
    channel TEXT NOT NULL CHECK (channel IN ('email', 'sms', 'whatsapp', 'webhook')),
    recipient TEXT NOT NULL,
    subject TEXT NOT NULL,
    message TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('pending', 'sent', 'delivered', 'failed', 'simulated')),
    is_urgent INTEGER NOT NULL CHECK (is_urgent IN (0, 1)),
    -- Attempts in all, and those on the present rung that count against its limit.
    attempts INTEGER NOT NULL DEFAULT 0,
    rung_attempts INTEGER NOT NULL DEFAULT 0,
    -- When the attempt that is under way began. Found set by the next attempt, it means that the one before was cut off.
    begun_at INTEGER,
    -- The job that does the next attempt; NULL when there is none to do.
    job_id TEXT,
    next_attempt_at INTEGER,
    provider_id TEXT,
    error TEXT,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    sent_at INTEGER,
    delivered_at INTEGER
) STRICT;

CREATE INDEX notifications_by_order ON notifications (order_id);
CREATE INDEX notifications_by_incident ON notifications (incident_id, id) WHERE incident_id IS NOT NULL;
CREATE INDEX notifications_by_status ON notifications (status, id);
CREATE INDEX notifications_under_way ON notifications (channel, recipient) WHERE begun_at IS NOT NULL;
CREATE INDEX notifications_by_account ON notifications (account_id, id) WHERE account_id IS NOT NULL;

-- Every attempt, written when it has ended or was found cut off. Rows are never changed or removed.
CREATE TABLE delivery_attempts (
    notification_id TEXT NOT NULL REFERENCES notifications (id),
    number INTEGER NOT NULL,
    channel TEXT NOT NULL,
    recipient TEXT NOT NULL,
    -- 'sent', 'simulated', 'temporary', 'permanent', 'misconfigured', 'unknown' (taken or not, nobody knows) or
    -- 'interrupted' (the process died meanwhile).
    outcome TEXT NOT NULL,
    provider_id TEXT,
    provider_code TEXT,
    error TEXT,
    started_at INTEGER NOT NULL,
    duration_ms INTEGER,
    PRIMARY KEY (notification_id, number)
) STRICT;

CREATE INDEX delivery_attempts_by_recipient ON delivery_attempts (channel, recipient, started_at);
CREATE INDEX delivery_attempts_by_provider ON delivery_attempts (provider_id) WHERE provider_id IS NOT NULL;

CREATE TRIGGER delivery_attempts_stay BEFORE UPDATE ON delivery_attempts
BEGIN SELECT RAISE(ABORT, 'delivery attempts are never changed'); END;
CREATE TRIGGER delivery_attempts_are_kept BEFORE DELETE ON delivery_attempts
BEGIN SELECT RAISE(ABORT, 'delivery attempts are never removed'); END;

-- What providers reported afterwards, in the order of arrival. Rows are never changed or removed.
CREATE TABLE delivery_reports (
    id TEXT NOT NULL PRIMARY KEY,
    notification_id TEXT NOT NULL REFERENCES notifications (id),
    provider_id TEXT NOT NULL,
    provider_status TEXT NOT NULL,
    provider_code TEXT,
    -- Whether it moved the notification's state, or came too late for that.
    counted INTEGER NOT NULL CHECK (counted IN (0, 1)),
    received_at INTEGER NOT NULL
) STRICT;

CREATE INDEX delivery_reports_by_notification ON delivery_reports (notification_id, id);

-- Addresses that must not be written to any more, such as after STOP to an SMS.
CREATE TABLE suppressed_recipients (
    channel TEXT NOT NULL,
    recipient TEXT NOT NULL,
    reason TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (channel, recipient)
) STRICT, WITHOUT ROWID;
