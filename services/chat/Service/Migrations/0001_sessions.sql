-- Chat sessions and their messages. Times are milliseconds since 1970 in UTC; identifiers are UUIDs as text, of version 7,
-- so that they sort by the time they were made.

CREATE TABLE sessions (
    session_id TEXT NOT NULL PRIMARY KEY,
    user_id TEXT NOT NULL,
    -- 'initial' until the first answer, then 'active'; 'expired' is told from last_interaction.
    conversation_stage TEXT NOT NULL CHECK (conversation_stage IN ('initial', 'active')),
    -- What the conversation is about: one lecture, one subject, or with neither everything the user has.
    lecture_id TEXT,
    subject_id TEXT,
    last_interaction INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;

CREATE INDEX sessions_by_user ON sessions (user_id, session_id);

CREATE TABLE messages (
    id TEXT NOT NULL PRIMARY KEY,
    session_id TEXT NOT NULL REFERENCES sessions (session_id) ON DELETE CASCADE,
    -- The place in the conversation, from 1. Identifiers of the same millisecond do not tell an order.
    number INTEGER NOT NULL,
    -- The same as the session's, so that every query can name the owner.
    user_id TEXT NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('user', 'assistant')),
    status TEXT NOT NULL CHECK (status IN ('running', 'complete', 'interrupted', 'failed')),
    text TEXT NOT NULL,
    -- JSON: the citations and the `done` event of an answer.
    citations TEXT,
    summary TEXT,
    created_at INTEGER NOT NULL
) STRICT;

CREATE UNIQUE INDEX messages_by_session ON messages (session_id, number);
CREATE INDEX messages_running ON messages (status) WHERE status = 'running';
