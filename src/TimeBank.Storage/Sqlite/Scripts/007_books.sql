-- An append writes the journal: ledger_head, entries, outcomes and holds. Accounts and transfers are the books, which follow from the entries. They are written after it in long
-- stretches, each one transaction: where enough is left to book, and before anybody reads them. Whoever reads the tables by hand sees them as of this size.

-- Where each region's books end. The columns are those of ledger_head, as they were there.
CREATE TABLE books (
    region   INTEGER NOT NULL PRIMARY KEY,   -- The region.
    size     INTEGER NOT NULL,               -- How many entries of the journal the books have.
    root     BLOB NOT NULL,                  -- The root of the tree over these entries' leaves.
    frontier BLOB NOT NULL,                  -- The roots of its perfect subtrees, largest first.
    time     INTEGER NOT NULL,               -- The time of the last of these entries.
    accounts INTEGER NOT NULL                -- How many accounts they have opened.
) STRICT;

INSERT INTO books (region, size, root, frontier, time, accounts) SELECT region, size, root, frontier, time, accounts FROM ledger_head;
