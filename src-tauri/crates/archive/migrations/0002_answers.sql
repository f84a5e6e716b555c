-- What each delivery was answered and how long that took, the answers a source was told to give, and requests that were not taken.

-- What a delivery's service was told, noted after the answer and together with other writing: a crash may lose the last
-- notes, never a delivery. No row: it was not noted, or the delivery was fetched or imported.
CREATE TABLE answers (
    delivery   INTEGER PRIMARY KEY REFERENCES deliveries (id) ON DELETE CASCADE,
    status     INTEGER,                     -- NULL: the connection was closed without an answer
    body       BLOB,                        -- the first 4 KiB of it; NULL where it was the usual one of its status
    because    TEXT,                        -- who decided, in words; NULL for the usual answer
    receiving  INTEGER NOT NULL,            -- microseconds from the whole head to the whole body
    committing INTEGER NOT NULL,            -- from the whole body to the commit
    answering  INTEGER NOT NULL,            -- from the whole body to the answer at the socket, or to its failure
    left_after INTEGER,                     -- when the sender was seen to have closed its side; NULL: it stayed
    handed     INTEGER NOT NULL             -- 1 when the socket took the answer, or was closed as planned
) STRICT;

-- Requests that reached a hook address and were not taken. They are no deliveries: nothing is derived from them. Only
-- the newest are kept, so that nobody fills the disk with them.
CREATE TABLE refusals (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    at          INTEGER NOT NULL,           -- milliseconds since 1970, UTC
    source      TEXT NOT NULL,
    method      TEXT NOT NULL,
    path        TEXT NOT NULL,              -- the token is taken out
    query       TEXT,
    headers     BLOB NOT NULL,              -- "Name: value" lines
    body        BLOB NOT NULL,              -- the first 64 KiB of what arrived, as a zstd frame
    seen        INTEGER NOT NULL,           -- bytes of the body that arrived
    announced   INTEGER,                    -- bytes that its head announced; NULL where it announced none
    reason      TEXT NOT NULL,              -- too_long | too_slow | broken_off | busy | not_kept
    status      INTEGER,                    -- what the sender was told; NULL where it could not be told anything
    passed_over INTEGER NOT NULL            -- how many were not noted since the one before, because there were too many
) STRICT;

-- Serves the list of them in order of time, among the deliveries of the same time.
CREATE INDEX refusals_by_time ON refusals (at);

-- What people decide, keyed by name.

-- The answers that a source gives instead of the usual one.
CREATE TABLE answer_plans (
    source TEXT PRIMARY KEY REFERENCES sources (name) ON DELETE CASCADE ON UPDATE CASCADE,
    plan   TEXT NOT NULL,                   -- as a person writes it: 503 x2, 200
    set_at INTEGER NOT NULL,
    given  INTEGER NOT NULL DEFAULT 0       -- how many answers it has given, for sequences that count per source
) STRICT, WITHOUT ROWID;

-- Derived by the projector.

-- Which event a delivery is an attempt of: equal bytes at one source, or the same id of the service for it.
CREATE TABLE attempts (
    delivery INTEGER PRIMARY KEY REFERENCES deliveries (id) ON DELETE CASCADE,
    source   TEXT NOT NULL,
    event    BLOB NOT NULL                  -- 16 bytes of a digest
) STRICT;

-- Serves "all attempts of this event", in order of arrival: the index ends in the delivery.
CREATE INDEX attempts_by_event ON attempts (source, event);
