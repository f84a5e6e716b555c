-- The tokens that a source had before its present one. A new token does not end the old one at once: until its time both
-- are good, so that nothing is lost while the service still has the old address. A few are remembered after their end too,
-- so that a service that was forgotten is noticed and not only turned away.
CREATE TABLE old_tokens (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    source       TEXT NOT NULL REFERENCES sources (name) ON DELETE CASCADE ON UPDATE CASCADE,
    token        TEXT NOT NULL,
    replaced_at  INTEGER NOT NULL,          -- milliseconds since 1970, UTC
    until        INTEGER NOT NULL,          -- from then on it is no longer good
    ended_at     INTEGER,                   -- when a person ended it before; NULL: nobody did
    deliveries   INTEGER NOT NULL DEFAULT 0, -- how many came by it since it was replaced
    last_used_at INTEGER                    -- when the last of them arrived
) STRICT;
-- Serves the old addresses of a source, and ending with it.
CREATE INDEX old_tokens_by_source ON old_tokens (source);

-- The deliveries that came by an old address. The token is taken out of a delivery's path, so only the door can tell.
CREATE TABLE by_old_address (
    delivery INTEGER PRIMARY KEY REFERENCES deliveries (id) ON DELETE CASCADE
) STRICT;
