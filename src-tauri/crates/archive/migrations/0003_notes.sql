-- What people note beside a delivery, and what finds a few deliveries among many.

-- What people decide. Keyed by the delivery's number, which is never given again, so it outlives a rebuild.
CREATE TABLE delivery_notes (
    delivery  INTEGER PRIMARY KEY REFERENCES deliveries (id) ON DELETE CASCADE,
    pinned_at INTEGER,                      -- milliseconds since 1970, UTC; NULL: not pinned
    note      TEXT                          -- NULL: none
) STRICT;

-- Serves `is:unreadable` and `is:no_conversation` of the inspector, newest first: without it all readings are looked at,
-- a hundred times as long where one in a thousand is unreadable. The condition must stand in the query as it stands here.
CREATE INDEX readings_without_conversation ON readings (outcome) WHERE outcome <> 'conversation';

-- Serves `signature:missing`, `signature:wrong` and `signature:late` in the same way.
CREATE INDEX signatures_doubted ON signatures (verdict) WHERE verdict <> 'good';
