-- An append writes the journal: ledger_head, entries, outcomes and holds. Accounts and transfers are the books, which follow from the entries. They are written after it in long
-- stretches, each one transaction: where enough is left to book, and before anybody reads them. Whoever reads the tables by hand sees them as of this size.

-- Where each region's books end. The columns are those of ledger_head, as they were there.
CREATE TABLE books (
    region   integer NOT NULL PRIMARY KEY,   -- The region.
    size     bigint NOT NULL,                -- How many entries of the journal the books have.
    root     bytea NOT NULL,                 -- The root of the tree over these entries' leaves.
    frontier bytea NOT NULL,                 -- The roots of its perfect subtrees, largest first.
    time     bigint NOT NULL,                -- The time of the last of these entries.
    accounts bigint NOT NULL                 -- How many accounts they have opened.
) WITH (fillfactor = 10);

INSERT INTO books (region, size, root, frontier, time, accounts) SELECT region, size, root, frontier, time, accounts FROM ledger_head;

REVOKE ALL ON books FROM PUBLIC;
GRANT SELECT, INSERT, UPDATE ON books TO timebank_server;
