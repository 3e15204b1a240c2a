-- Refusals and notes are numbered and chained, and the next entry seals the chain in its bytes: what is sealed can't be changed, removed or added to unseen. Those that are there
-- already come into the chain as they are found, in the order of their ids. Each link is SHA-256 over the chain so far (32 zero bytes at first) and over SHA-256 of id, command,
-- reason (four bytes, big end first; 0 for a note) and detail; SQLite has no such function, so the build that migrates brings chained() with it.

-- How many refusals and notes there were before it; null for entries.
ALTER TABLE outcomes ADD COLUMN nth INTEGER;

-- The chain over the refusals and notes since the last entry; empty where there are none. An append compares size, root and chain.
ALTER TABLE ledger_head ADD COLUMN chain BLOB NOT NULL DEFAULT x'';

UPDATE outcomes SET nth = n.nth
FROM (SELECT region, id, row_number() OVER (PARTITION BY region ORDER BY id) - 1 AS nth FROM outcomes WHERE idx IS NULL) AS n
WHERE outcomes.region = n.region AND outcomes.id = n.id;

CREATE INDEX outcomes_by_number ON outcomes (region, nth) WHERE nth IS NOT NULL;

UPDATE ledger_head SET chain = (
    WITH RECURSIVE links (nth, chain) AS (
        SELECT 0, x''
        UNION ALL
        SELECT l.nth + 1, chained(l.chain, o.id, o.command, o.reason, o.detail) FROM links l JOIN outcomes o ON o.region = ledger_head.region AND o.nth = l.nth)
    SELECT chain FROM links ORDER BY nth DESC LIMIT 1)
WHERE remembered > 0;

DROP INDEX outcomes_by_number;
