-- Accounts, sign-ins, failures and the audit log. Times are milliseconds since 1970 (UTC), ids are UUIDs as text.

CREATE TABLE users (
    id            TEXT NOT NULL PRIMARY KEY,
    username      TEXT NOT NULL,
    -- What must be unique: folded to one case and Unicode form.
    username_key  TEXT NOT NULL UNIQUE,
    email         TEXT NOT NULL,
    email_key     TEXT NOT NULL UNIQUE,
    password_hash TEXT NOT NULL,
    role          TEXT NOT NULL CHECK (role IN ('student', 'staff', 'admin')),
    created_at    INTEGER NOT NULL,
    updated_at    INTEGER NOT NULL,
    last_login    INTEGER,
    disabled_at   INTEGER
) STRICT;

-- One row for each sign-in: a family of refresh tokens.
CREATE TABLE sessions (
    id           TEXT NOT NULL PRIMARY KEY,
    user_id      TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    user_agent   TEXT NOT NULL,
    address      TEXT NOT NULL,
    created_at   INTEGER NOT NULL,
    last_used_at INTEGER NOT NULL,
    -- When its newest refresh token expires.
    expires_at   INTEGER NOT NULL,
    revoked_at   INTEGER
) STRICT;

CREATE INDEX sessions_of_user ON sessions (user_id, id);
CREATE INDEX sessions_by_expiry ON sessions (expires_at);

-- The tokens of each family, by SHA-256. Spent ones are kept until the family is gone, so that reuse is seen.
CREATE TABLE refresh_tokens (
    hash             BLOB NOT NULL PRIMARY KEY,
    session_id       TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    issued_at        INTEGER NOT NULL,
    expires_at       INTEGER NOT NULL,
    spent_at         INTEGER,
    -- The successor, readable only with the token itself; cleared after the grace period.
    sealed_successor BLOB
) STRICT;

CREATE INDEX refresh_tokens_of_session ON refresh_tokens (session_id);
CREATE INDEX refresh_tokens_with_successor ON refresh_tokens (spent_at) WHERE sealed_successor IS NOT NULL;

-- Wrong passwords, and tries that are being checked, per account, name or address.
CREATE TABLE login_failures (
    id        TEXT NOT NULL PRIMARY KEY,
    scope     TEXT NOT NULL,
    failed_at INTEGER NOT NULL
) STRICT;

CREATE INDEX login_failures_of_scope ON login_failures (scope, failed_at);
CREATE INDEX login_failures_by_time ON login_failures (failed_at);

-- Tickets that open one WebSocket each, by SHA-256.
CREATE TABLE ws_tickets (
    hash       BLOB NOT NULL PRIMARY KEY,
    session_id TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    expires_at INTEGER NOT NULL
) STRICT;

-- Security events. No foreign keys: the log outlives the accounts it is about.
CREATE TABLE audit_log (
    id         TEXT NOT NULL PRIMARY KEY,
    kind       TEXT NOT NULL,
    user_id    TEXT,
    actor_id   TEXT,
    session_id TEXT,
    address    TEXT NOT NULL,
    user_agent TEXT NOT NULL,
    detail     TEXT NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;

CREATE INDEX audit_log_of_user ON audit_log (user_id, id);
