-- Keys with which machines come in, by SHA-256: a key is 256 random bits, so nothing slower is needed.

CREATE TABLE api_keys (
    id           TEXT NOT NULL PRIMARY KEY,
    hash         BLOB NOT NULL UNIQUE,
    -- The first characters, so that people can tell keys apart.
    prefix       TEXT NOT NULL,
    name         TEXT NOT NULL,
    -- Names with spaces between, in a fixed order.
    scopes       TEXT NOT NULL,
    account_id   TEXT,
    -- No foreign key: a key outlives the account of the administrator who made it.
    created_by   TEXT NOT NULL,
    created_at   INTEGER NOT NULL,
    expires_at   INTEGER,
    last_used_at INTEGER,
    revoked_at   INTEGER
) STRICT;

-- A request that is sent twice makes one key.
CREATE UNIQUE INDEX api_keys_live_names ON api_keys (name) WHERE revoked_at IS NULL;
