-- The journal: every request that reached a source, byte for byte, in order of arrival. Rows are never changed.
-- AUTOINCREMENT, so that the number of an erased delivery is never given again and the projector's cursor stays true.
CREATE TABLE deliveries (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    received_at INTEGER NOT NULL,           -- milliseconds since 1970, UTC
    source      TEXT NOT NULL,
    provider    TEXT,                       -- what the source was set to when it arrived; NULL detects
    method      TEXT NOT NULL,
    path        TEXT NOT NULL,              -- the token is taken out
    query       TEXT,
    headers     BLOB NOT NULL,              -- "Name: value" lines, order, spelling and duplicates as sent
    body        BLOB NOT NULL,
    compressed  INTEGER NOT NULL,           -- 1 when body is a zstd frame
    size        INTEGER NOT NULL,           -- of the body as sent, in bytes
    kind        TEXT NOT NULL               -- hook | back_fill | import: how it came
) STRICT;

-- Serves the inspector's "only this source", newest first: the index ends in the row's number.
CREATE INDEX deliveries_by_source ON deliveries (source);

-- What the door found when it checked a delivery's signature. No row: its source had no secret to check it with.
CREATE TABLE signatures (
    delivery INTEGER PRIMARY KEY REFERENCES deliveries (id) ON DELETE CASCADE,
    verdict  TEXT NOT NULL,                 -- good | missing | wrong | late
    scheme   TEXT NOT NULL,                 -- what was looked at and where, in words
    secret   TEXT,                          -- the label of the secret it was made with; NULL unless good
    refused  INTEGER NOT NULL               -- 1 when it was answered 401 and is in quarantine
) STRICT;

-- Everything from here to "What people decide" is derived from the journal and can be made again from it.

-- What the projector made of each delivery.
CREATE TABLE readings (
    delivery INTEGER PRIMARY KEY REFERENCES deliveries (id) ON DELETE CASCADE,
    provider TEXT,
    event    TEXT,
    outcome  TEXT NOT NULL,                 -- conversation | no_conversation | unreadable | quarantined
    reason   TEXT
) STRICT;

-- Serves the inspector's "only quarantined" and the newest of them: few among many.
CREATE INDEX readings_quarantined ON readings (delivery) WHERE outcome = 'quarantined';

-- Which deliveries tell of which conversation: what a fold starts from.
CREATE TABLE tellings (
    conversation TEXT NOT NULL,
    delivery     INTEGER NOT NULL REFERENCES deliveries (id) ON DELETE CASCADE,
    PRIMARY KEY (conversation, delivery)
) STRICT, WITHOUT ROWID;
CREATE INDEX tellings_by_delivery ON tellings (delivery);

-- One row for each conversation, as narrow as the list needs it. `position` is the time of the newest message with
-- some bits of the id below it: the list, its paging and the search all run along this one key, newest first.
CREATE TABLE conversations (
    position      INTEGER PRIMARY KEY,
    id            TEXT NOT NULL UNIQUE,
    provider      TEXT NOT NULL,
    source        TEXT,
    kind          TEXT NOT NULL,
    state         TEXT NOT NULL,
    visitor_name  TEXT,
    visitor_email TEXT,
    first_words   TEXT NOT NULL,
    active_at     INTEGER NOT NULL,
    at_inferred   INTEGER NOT NULL,
    rating        REAL,
    rating_max    REAL,
    messages      INTEGER NOT NULL,
    heard         INTEGER NOT NULL,         -- the newest delivery that brought a message
    unread        INTEGER NOT NULL,
    starred       INTEGER NOT NULL,
    archived      INTEGER NOT NULL,
    identity      INTEGER NOT NULL          -- who the visitor is: a row of identities
) STRICT;

-- The views of the sidebar. Each index ends in `position`, so a page of any view reads just its own rows:
-- the condition of each must stand in the query as it stands here, or SQLite does not see that it fits.
CREATE INDEX conversations_by_provider ON conversations (provider);
CREATE INDEX conversations_missed ON conversations (state) WHERE state = 'missed';
CREATE INDEX conversations_offline ON conversations (kind) WHERE kind = 'offline_message';
CREATE INDEX conversations_unread ON conversations (unread) WHERE unread = 1;
CREATE INDEX conversations_starred ON conversations (starred) WHERE starred = 1;
CREATE INDEX conversations_archived ON conversations (archived) WHERE archived = 1;

-- The folded conversation as its JSON, compressed: messages, visitor, pages and fields in one row, because the reader
-- always shows them together. Apart from the list's rows, so that a page of the list stays in a few blocks.
CREATE TABLE transcripts (
    position INTEGER PRIMARY KEY REFERENCES conversations (position) ON DELETE CASCADE,
    document BLOB NOT NULL                  -- a zstd frame
) STRICT;

-- Under which names conversations know their visitor. Conversations with the same names share a row, so that a visitor
-- with thousands of conversations is found in a few steps.
CREATE TABLE identities (
    id    INTEGER PRIMARY KEY,
    names TEXT NOT NULL UNIQUE              -- a JSON list, in order
) STRICT;

-- The same, by name: how one identity leads to the next.
CREATE TABLE known_as (
    name     TEXT NOT NULL,
    identity INTEGER NOT NULL REFERENCES identities (id) ON DELETE CASCADE,
    PRIMARY KEY (name, identity)
) STRICT, WITHOUT ROWID;
CREATE INDEX known_as_by_identity ON known_as (identity);

-- Serves the conversations of a visitor, newest first: the index ends in `position`.
CREATE INDEX conversations_by_identity ON conversations (identity);

-- An identity ends with its last conversation, so that no address outlives what it was read from.
CREATE TRIGGER identities_end_with_a_conversation AFTER DELETE ON conversations BEGIN
    DELETE FROM identities WHERE id = OLD.identity
        AND NOT EXISTS (SELECT 1 FROM conversations WHERE identity = OLD.identity);
END;
CREATE TRIGGER identities_end_with_a_change AFTER UPDATE OF identity ON conversations BEGIN
    DELETE FROM identities WHERE id = OLD.identity
        AND NOT EXISTS (SELECT 1 FROM conversations WHERE identity = OLD.identity);
END;

-- The full-text index. It keeps no text of its own (the transcript has it); prefixes of one to four letters are
-- indexed because a search runs while it is typed: without them one letter takes a second at a million conversations.
CREATE VIRTUAL TABLE search USING fts5 (
    messages, visitor, pages, agents, fields,
    content = '', contentless_delete = 1, prefix = '1 2 3 4', tokenize = "unicode61 remove_diacritics 2"
);

-- How much each source has heard. Counting the journal each time would take longer than the whole overview.
CREATE TABLE heard (
    source      TEXT PRIMARY KEY,
    deliveries  INTEGER NOT NULL,
    last_at     INTEGER NOT NULL,
    quarantined INTEGER NOT NULL            -- how many of them are in quarantine
) STRICT, WITHOUT ROWID;

-- The last delivery the projector has read. `turn` moves with everything that projecting depends on: what was made of
-- an older turn is not stored but made again.
CREATE TABLE cursor (delivery INTEGER NOT NULL, turn INTEGER NOT NULL) STRICT;
INSERT INTO cursor VALUES (0, 0);

-- Deliveries before the cursor that somebody has decided about since: the projector reads them again.
CREATE TABLE rereads (delivery INTEGER PRIMARY KEY REFERENCES deliveries (id) ON DELETE CASCADE) STRICT;

-- What people decide. Keyed by name, so that it survives a rebuild.

CREATE TABLE sources (
    name       TEXT PRIMARY KEY,
    provider   TEXT,
    token      TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    unsigned   INTEGER NOT NULL DEFAULT 0   -- 1: takes what has no signature, although it has secrets to check one
) STRICT, WITHOUT ROWID;

-- What a source's service signs with. Several are valid at once, so that one can follow another without a gap.
CREATE TABLE secrets (
    source   TEXT NOT NULL REFERENCES sources (name) ON DELETE CASCADE ON UPDATE CASCADE,
    label    TEXT NOT NULL,
    secret   TEXT NOT NULL,
    added_at INTEGER NOT NULL,
    PRIMARY KEY (source, label)
) STRICT, WITHOUT ROWID;

-- Quarantined deliveries that a person has looked at and takes for good.
CREATE TABLE accepted (
    delivery    INTEGER PRIMARY KEY REFERENCES deliveries (id) ON DELETE CASCADE,
    accepted_at INTEGER NOT NULL
) STRICT;

-- A conversation is read when it was read through to the newest delivery that brought a message.
CREATE TABLE local (
    conversation TEXT PRIMARY KEY,
    read_through INTEGER NOT NULL DEFAULT 0,
    starred      INTEGER NOT NULL DEFAULT 0,
    archived     INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

CREATE TABLE settings (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Who is one visitor and who is not. Numbers only grow: of two decisions on one name the newer one counts.
CREATE TABLE decisions (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    kind       TEXT NOT NULL,               -- join | name | conversation
    subject    TEXT,                        -- the name or the conversation that was taken out
    at         INTEGER NOT NULL,            -- milliseconds since 1970, UTC
    taken_back INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX decisions_by_subject ON decisions (subject);

-- Those that stand.
CREATE VIEW decided AS SELECT id, kind, subject, at FROM decisions WHERE taken_back = 0;

-- The names a decision speaks of.
CREATE TABLE decision_names (
    name     TEXT NOT NULL,
    decision INTEGER NOT NULL REFERENCES decisions (id) ON DELETE CASCADE,
    PRIMARY KEY (name, decision)
) STRICT, WITHOUT ROWID;
CREATE INDEX decision_names_by_decision ON decision_names (decision);
