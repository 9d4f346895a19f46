-- Incidents that customers reported. Times are milliseconds since 1970 in UTC; identifiers are UUIDs as text, of version 7, so
-- that they sort by the time they were made. `id, customer_id, channel, message, classification, confidence, ticket_id,
-- status, created_at, reminder_sent` are what the systems before had.

CREATE TABLE incidents (
    id TEXT NOT NULL PRIMARY KEY,
    -- The account of the API key that reported it; such keys see nothing else.
    account_id TEXT,
    customer_id TEXT NOT NULL,
    channel TEXT NOT NULL,
    message TEXT NOT NULL,
    email TEXT,
    -- In E.164.
    phone TEXT,
    classification TEXT NOT NULL,
    confidence REAL NOT NULL,
    second_classification TEXT,
    second_confidence REAL NOT NULL,
    reason TEXT NOT NULL,
    engine TEXT NOT NULL,
    -- Whether a person should look at the classification.
    needs_review INTEGER NOT NULL CHECK (needs_review IN (0, 1)),
    -- Whether a slower and better judgement is still to come.
    is_provisional INTEGER NOT NULL CHECK (is_provisional IN (0, 1)),
    -- What the customer was told: the number of the ticket system, or our own when it could not be had.
    ticket_id TEXT NOT NULL,
    -- The number in the ticket system, once there is one.
    external_ticket_id TEXT,
    status TEXT NOT NULL CHECK (status IN ('open', 'in_progress', 'resolved')),
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    resolved_at INTEGER,
    reminder_sent INTEGER NOT NULL DEFAULT 0 CHECK (reminder_sent IN (0, 1)),
    -- How often the same message came again and was joined to this incident.
    repeats INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE INDEX incidents_by_status ON incidents (status, id);
CREATE INDEX incidents_by_classification ON incidents (classification, id);
CREATE INDEX incidents_by_customer ON incidents (customer_id, id);
CREATE INDEX incidents_by_account ON incidents (account_id, id) WHERE account_id IS NOT NULL;
CREATE INDEX incidents_provisional ON incidents (id) WHERE is_provisional = 1;
CREATE INDEX incidents_by_ticket ON incidents (ticket_id);
-- Everything that GET /api/stats counts, so that it reads this index and not the messages.
CREATE INDEX incidents_in_figures ON incidents
    (created_at, account_id, classification, status, channel, confidence, needs_review, resolved_at);

-- The delivery rates of GET /api/stats.
CREATE INDEX notifications_in_figures ON notifications (created_at, account_id, channel, status)
    WHERE incident_id IS NOT NULL;

-- The same message of the same customer is one incident for ten minutes: whoever takes the digest first says which.
CREATE TABLE incident_claims (
    -- SHA-256 of account, customer and message.
    digest BLOB NOT NULL PRIMARY KEY,
    incident_id TEXT NOT NULL,
    claimed_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX incident_claims_by_age ON incident_claims (claimed_at);

-- What happened to an incident after it was opened. Rows are never changed or removed.
CREATE TABLE incident_events (
    id TEXT NOT NULL PRIMARY KEY,
    incident_id TEXT NOT NULL REFERENCES incidents (id),
    -- 'status', 'note', 'classification', 'repeated', 'ticket_linked' or 'reminded'.
    kind TEXT NOT NULL,
    old_value TEXT,
    new_value TEXT,
    note TEXT,
    -- 'user ID', 'key ID' or 'notify'.
    actor TEXT NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;

CREATE INDEX incident_events_by_incident ON incident_events (incident_id, id);
