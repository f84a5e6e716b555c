-- What a source heard from its service itself, without samples and requests made by hand to try the address. Derived with
-- the rest of `heard`.
ALTER TABLE heard ADD COLUMN real_deliveries INTEGER NOT NULL DEFAULT 0;
-- The first of them, as its number and its time: the guide to a service looks for it, and must not read the journal.
ALTER TABLE heard ADD COLUMN first_real INTEGER;
ALTER TABLE heard ADD COLUMN first_real_at INTEGER;
