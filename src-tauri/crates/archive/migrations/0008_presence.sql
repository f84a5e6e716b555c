-- When the door was open, and how each source fares.

-- The stretches of time in which a door was open, whichever programs held it open. They never touch: what two of them tell
-- together is one row, so between two rows lies a gap in which nothing could arrive. Nothing here is derived: the journal
-- does not tell when nobody listened. A rebuild leaves it alone.
CREATE TABLE open_times (
    from_at  INTEGER PRIMARY KEY,           -- milliseconds since 1970, UTC
    until_at INTEGER NOT NULL,              -- at least until then: whoever holds the door open moves it on
    ended    TEXT                           -- closed | slept | clock_set; NULL: it is open, or nobody said how it ended
) STRICT;

-- Derived by the projector, with the rest of `heard`.

-- The newest delivery that the service itself sent: without samples, trials by hand, fetched and imported ones.
ALTER TABLE heard ADD COLUMN last_real INTEGER;
ALTER TABLE heard ADD COLUMN last_real_at INTEGER;

-- How often each source hears from its service: its real deliveries that were not refused, hour by hour. What is usual is
-- learned from the last weeks of it, so that nothing has to read the journal. One row for each hour in which something
-- arrived, so never more rows than deliveries.
CREATE TABLE heard_hours (
    source     TEXT NOT NULL,
    hour       INTEGER NOT NULL,            -- hours since 1970, UTC
    deliveries INTEGER NOT NULL,
    first_at   INTEGER NOT NULL,            -- milliseconds since 1970, UTC
    last_at    INTEGER NOT NULL,
    longest    INTEGER NOT NULL,            -- the longest time between two of them, in milliseconds
    PRIMARY KEY (source, hour)
) STRICT, WITHOUT ROWID;

-- The real deliveries that are in quarantine or could not be read, by source: the newest of them is the last thing that
-- went wrong there. The index of readings does not know the source.
CREATE TABLE troubles (
    source   TEXT NOT NULL,
    delivery INTEGER NOT NULL REFERENCES deliveries (id) ON DELETE CASCADE,
    outcome  TEXT NOT NULL,                 -- unreadable | quarantined
    PRIMARY KEY (source, delivery)
) STRICT, WITHOUT ROWID;
CREATE INDEX troubles_by_delivery ON troubles (delivery);

-- Serves the newest request of a source that was not taken: without it every kept one is looked at, with its body.
CREATE INDEX refusals_by_source ON refusals (source);
