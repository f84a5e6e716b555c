-- Where each source sends on what arrives, and what became of that. Nothing here is derived: targets are what people
-- decided, and the journal does not tell what was sent. A rebuild leaves all of it alone, so nothing is sent twice.

-- A target gets every delivery of its source with a number above `begins`; up to `cursor` they stand in `forwards`. The
-- journal itself is the queue behind the cursor, so a new delivery costs the door nothing and a crash loses none.
CREATE TABLE forward_targets (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    source      TEXT REFERENCES sources (name) ON DELETE CASCADE ON UPDATE CASCADE, -- NULL: of every source, while one run of the command lasts
    name        TEXT NOT NULL,
    url         TEXT NOT NULL,
    paused      INTEGER NOT NULL DEFAULT 0, -- 1: what arrives waits
    before      INTEGER NOT NULL,           -- 1: sent before the service is answered
    pass_back   INTEGER NOT NULL,           -- 1: the service gets this target's answer; at most one of a source
    deadline    INTEGER NOT NULL,           -- seconds that one attempt may take
    credentials INTEGER NOT NULL,           -- 1: Authorization and Cookie go along
    numbered    INTEGER NOT NULL,           -- 1: X-Afterchat-Delivery goes along
    quarantined INTEGER NOT NULL,           -- 1: also what was refused because of its signature
    added_at    INTEGER NOT NULL,
    removed_at  INTEGER,                    -- a removed one can be put back for a while
    ended       INTEGER NOT NULL DEFAULT 0, -- 1: the run it was for has ended
    begins      INTEGER NOT NULL,
    cursor      INTEGER NOT NULL,
    earlier     INTEGER NOT NULL DEFAULT 0, -- older deliveries that a person asked for: taken up to here …
    earlier_end INTEGER NOT NULL DEFAULT 0, -- … of those up to here
    attempts    INTEGER NOT NULL DEFAULT 0, -- how many were ever made: numbers them
    forwarded   INTEGER NOT NULL DEFAULT 0  -- how many deliveries arrived there
) STRICT;

-- Two targets of a source have two names, so that a log says which is meant.
CREATE UNIQUE INDEX forward_targets_by_name ON forward_targets (source, name) WHERE removed_at IS NULL;

-- What each target got or still has to get.
CREATE TABLE forwards (
    target   INTEGER NOT NULL REFERENCES forward_targets (id) ON DELETE CASCADE,
    delivery INTEGER NOT NULL REFERENCES deliveries (id) ON DELETE CASCADE,
    state    TEXT NOT NULL,                 -- waiting | under_way | held | done | dead
    due_at   INTEGER NOT NULL,              -- waiting: not before; under way: afterwards whoever took it is gone
    holder   TEXT,                          -- under way: which run of which program took it
    at_door  INTEGER NOT NULL DEFAULT 0,    -- 1: under way before the service is answered, beside the queue
    tries    INTEGER NOT NULL DEFAULT 0,    -- attempts since it was last asked for
    last     INTEGER,                       -- the number of its last attempt
    status   INTEGER,                       -- what that was answered
    code     TEXT,                          -- or why there was no answer
    PRIMARY KEY (target, delivery)
) STRICT, WITHOUT ROWID;

-- Serves "what is due next at this target": a handful among many that are done.
CREATE INDEX forwards_open ON forwards (target, due_at, delivery) WHERE state IN ('waiting', 'under_way');
-- Serves the dead letters of a target, newest first, their number, and letting go of the oldest of both kinds.
CREATE INDEX forwards_settled ON forwards (target, state, last) WHERE state IN ('done', 'dead');
-- Serves "what was held back and has been accepted since".
CREATE INDEX forwards_held ON forwards (delivery) WHERE state = 'held';
-- Serves "where did this delivery go", and erasing one without reading the whole table.
CREATE INDEX forwards_by_delivery ON forwards (delivery);

-- Every attempt, numbered within its target: the newest are found, and the oldest let go of, by number alone.
CREATE TABLE forward_attempts (
    target   INTEGER NOT NULL,
    number   INTEGER NOT NULL,
    delivery INTEGER NOT NULL,
    at       INTEGER NOT NULL,              -- when it began: milliseconds since 1970, UTC
    took     INTEGER NOT NULL,              -- milliseconds
    status   INTEGER,
    code     TEXT,
    words    TEXT,                          -- what the code means here
    answer   BLOB NOT NULL,                 -- the first KiB of the answer's body
    PRIMARY KEY (target, number),
    FOREIGN KEY (target, delivery) REFERENCES forwards (target, delivery) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
-- Serves the attempts of one delivery, and letting them go with it.
CREATE INDEX forward_attempts_by_delivery ON forward_attempts (target, delivery);
