-- What the payloads of each source usually look like, and where a delivery differed. Derived from the journal: a rebuild
-- learns it again, delivery by delivery.

-- One learned shape for each source and event. Written only when a delivery taught something, which soon is rare.
CREATE TABLE shapes (
    source TEXT NOT NULL,
    event  TEXT NOT NULL,                   -- the service and its word for what happened
    shape  BLOB NOT NULL,                   -- JSON in a zstd frame
    PRIMARY KEY (source, event)
) STRICT, WITHOUT ROWID;

-- The deliveries that were not of the shape known until then. Few among many: "only drifted" starts from this table and
-- looks up each delivery, newest first, so it needs no index of its own.
CREATE TABLE drifts (
    delivery INTEGER PRIMARY KEY REFERENCES deliveries (id) ON DELETE CASCADE,
    total    INTEGER NOT NULL,              -- how many differences there were
    noted    TEXT NOT NULL                  -- the first of them, as JSON
) STRICT;
