-- Refusals and notes are numbered and chained, and the next entry seals the chain in its bytes: what is sealed can't be changed, removed or added to unseen. Those that are there
-- already come into the chain as they are found, in the order of their ids. Each link is SHA-256 over the chain so far (32 zero bytes at first) and over SHA-256 of id, command,
-- reason (four bytes, big end first; 0 for a note) and detail.

-- How many refusals and notes there were before it; null for entries.
ALTER TABLE outcomes ADD COLUMN nth bigint;

-- The chain over the refusals and notes since the last entry; empty where there are none. An append compares size, root and chain.
ALTER TABLE ledger_head ADD COLUMN chain bytea NOT NULL DEFAULT '';

UPDATE outcomes o SET nth = n.nth
FROM (SELECT region, id, row_number() OVER (PARTITION BY region ORDER BY id) - 1 AS nth FROM outcomes WHERE idx IS NULL) n
WHERE o.region = n.region AND o.id = n.id;

DO $$
DECLARE
    head record;
    remembered record;
    links bytea;
BEGIN
    FOR head IN SELECT region FROM ledger_head WHERE ledger_head.remembered > 0 LOOP
        links := decode(repeat('00', 32), 'hex');
        FOR remembered IN SELECT id, command, reason, detail FROM outcomes WHERE region = head.region AND idx IS NULL ORDER BY nth LOOP
            links := sha256(links || sha256(uuid_send(remembered.id) || remembered.command || int4send(coalesce(remembered.reason, 0)) || convert_to(coalesce(remembered.detail, ''), 'UTF8')));
        END LOOP;
        UPDATE ledger_head h SET chain = links WHERE h.region = head.region;
    END LOOP;
END
$$;
