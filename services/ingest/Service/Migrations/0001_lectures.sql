-- Subjects, lectures and what the pipeline makes of them. Times are milliseconds since 1970 in UTC; identifiers are
-- UUIDs as text, of version 7, so that they sort by the time they were made.

CREATE TABLE subjects (
    id TEXT NOT NULL PRIMARY KEY,
    user_id TEXT NOT NULL,
    name TEXT NOT NULL,
    color TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;

CREATE INDEX subjects_by_user ON subjects (user_id, id);

CREATE TABLE lectures (
    id TEXT NOT NULL PRIMARY KEY,
    user_id TEXT NOT NULL,
    subject_id TEXT NOT NULL REFERENCES subjects (id),
    name TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('pending', 'processing', 'completed', 'failed')),
    -- What the pipeline does next for this lecture: the checkpoint from which it resumes.
    stage TEXT NOT NULL,
    error_message TEXT,
    file_name TEXT NOT NULL,
    file_key TEXT NOT NULL,
    file_bytes INTEGER NOT NULL,
    content_type TEXT NOT NULL,
    -- The job that works on the lecture, or did last. A job that is not named here may no longer write.
    task_id TEXT NOT NULL,
    page_count INTEGER,
    -- Whether the lecture is to be found by searches: DELETE and POST /lectures/{id}/memory.
    has_memory INTEGER NOT NULL DEFAULT 1 CHECK (has_memory IN (0, 1)),
    -- The model that made the vectors of the chunks; NULL while there are none.
    vector_model TEXT,
    vector_dimension INTEGER,
    -- The headings as JSON: [{"title", "level", "page"}]; NULL until all pages have been read.
    outline TEXT,
    -- Raised whenever what can be found in the lecture changes.
    content_version INTEGER NOT NULL DEFAULT 0,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    processed_at INTEGER
) STRICT;

CREATE INDEX lectures_by_user ON lectures (user_id, id);
CREATE INDEX lectures_by_subject ON lectures (subject_id, id);
CREATE INDEX lectures_by_status ON lectures (status, id);

-- One row for each page that has been read: the checkpoint of the pipeline.
CREATE TABLE pages (
    lecture_id TEXT NOT NULL REFERENCES lectures (id) ON DELETE CASCADE,
    number INTEGER NOT NULL,
    -- 'text_layer', 'ocr' or 'blank'.
    source TEXT NOT NULL,
    -- 0 to 1.
    confidence REAL NOT NULL,
    -- In points.
    width REAL NOT NULL,
    height REAL NOT NULL,
    -- The text without recurring headers, footers and page numbers; NULL until all pages have been read.
    cleaned_text TEXT,
    -- The text as read, one line below the other, blocks parted by an empty line.
    text TEXT NOT NULL,
    -- Where each word, line and block stands on the page; see PageLayout of ReaderProtocol.
    layout BLOB NOT NULL,
    PRIMARY KEY (lecture_id, number)
) STRICT;

CREATE TABLE chunks (
    id TEXT NOT NULL PRIMARY KEY,
    lecture_id TEXT NOT NULL REFERENCES lectures (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    page_from INTEGER NOT NULL,
    page_to INTEGER NOT NULL,
    -- The headings above, outermost first, joined by ' › '.
    heading TEXT NOT NULL,
    text TEXT NOT NULL,
    -- Page starts, heading path and windows; see Chunk.layout of Retrieval.
    layout BLOB NOT NULL,
    -- One vector for each window; see VectorBlock of Embeddings. NULL until embedded.
    vectors BLOB,
    UNIQUE (lecture_id, position)
) STRICT;

-- The jobs that work or worked on lectures, as their owners see them; the jobs themselves are in the tables of Jobs.
CREATE TABLE tasks (
    id TEXT NOT NULL PRIMARY KEY,
    lecture_id TEXT NOT NULL REFERENCES lectures (id) ON DELETE CASCADE,
    user_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;

CREATE INDEX tasks_by_lecture ON tasks (lecture_id);

-- What has been told about a task, in order: the source of resumable event streams.
CREATE TABLE task_events (
    task_id TEXT NOT NULL REFERENCES tasks (id) ON DELETE CASCADE,
    number INTEGER NOT NULL,
    type TEXT NOT NULL CHECK (type IN ('progress', 'complete', 'failed')),
    page INTEGER NOT NULL,
    pages INTEGER NOT NULL,
    percent INTEGER NOT NULL,
    stage TEXT NOT NULL,
    status TEXT NOT NULL,
    error_message TEXT,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (task_id, number)
) STRICT, WITHOUT ROWID;

-- Raised whenever anything changes that a search over all of a user's material could find.
CREATE TABLE material_versions (
    user_id TEXT NOT NULL PRIMARY KEY,
    version INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
