-- Samples that people made: requests kept to be sent again. What people decide, so a rebuild keeps them.
-- AUTOINCREMENT, so that an address which names a deleted sample never leads to another one.
CREATE TABLE samples (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    name       TEXT NOT NULL,
    provider   TEXT,                        -- the chat service it is like; NULL when that is not known
    method     TEXT NOT NULL,
    query      TEXT,
    headers    BLOB NOT NULL,               -- "Name: value" lines, as in deliveries
    body       BLOB NOT NULL,
    compressed INTEGER NOT NULL,            -- 1 when body is a zstd frame
    size       INTEGER NOT NULL,            -- of the body, in bytes
    made_at    INTEGER NOT NULL,            -- milliseconds since 1970, UTC
    deleted_at INTEGER                      -- kept for a while after it was deleted, so that this can be undone
) STRICT;
