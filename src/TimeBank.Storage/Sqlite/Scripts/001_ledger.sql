-- The ledger of every region. A script that has been applied anywhere is never edited: the next one changes what it made.
-- Regions are GB/T 2260 codes as numbers (430211). Times are microseconds since 1970 in UTC, dates are yyyy-MM-dd.
-- Amounts and counters are whole minutes, fen or service units.

-- Which scripts have been applied, each in one transaction with its row here.
CREATE TABLE schema_version (
    version INTEGER NOT NULL PRIMARY KEY,   -- The script's number; dense from 1.
    name    TEXT NOT NULL,                  -- The script's file name.
    digest  TEXT NOT NULL                   -- SHA-256 of the script's text in hexadecimal, so that an edited script is noticed.
) STRICT;

-- Where each region's journal ends. An append compares size, root and remembered, and sets all.
CREATE TABLE ledger_head (
    region     INTEGER NOT NULL PRIMARY KEY,                       -- The region that owns the journal.
    size       INTEGER NOT NULL CHECK (size >= 0),                 -- How many entries it has; the next one's index.
    root       BLOB NOT NULL CHECK (length(root) = 32),            -- The root of the Merkle tree over its leaves (RFC 6962).
    frontier   BLOB NOT NULL CHECK (length(frontier) % 32 = 0),    -- The roots of the tree's perfect subtrees, largest first: what appending needs.
    time       INTEGER NOT NULL,                                   -- The time of the last entry.
    accounts   INTEGER NOT NULL CHECK (accounts >= 0),             -- How many accounts it has opened; the last one's number.
    remembered INTEGER NOT NULL CHECK (remembered >= 0)            -- How many refusals and notes it remembers.
) STRICT;

-- The accounts as they stand: a fold of the entries. The checks are the last line of defence behind the ledger's own rules.
CREATE TABLE accounts (
    region          INTEGER NOT NULL,                                 -- The region.
    number          INTEGER NOT NULL CHECK (number > 0),              -- Dense within the region, from 1, in the order of opening.
    path            TEXT NOT NULL,                                    -- The name for people and exports, such as fund/lottery/available.
    unit            TEXT NOT NULL,                                    -- What it holds: MIN, CNY, MEAL and so on.
    flags           INTEGER NOT NULL,                                 -- 1 debits within credits, 2 credits within debits, 4 frozen, 8 closed.
    debits_pending  INTEGER NOT NULL CHECK (debits_pending >= 0),     -- Debits held and not ended.
    debits_posted   INTEGER NOT NULL CHECK (debits_posted >= 0),      -- Debits posted, ever.
    credits_pending INTEGER NOT NULL CHECK (credits_pending >= 0),    -- Credits held and not ended.
    credits_posted  INTEGER NOT NULL CHECK (credits_posted >= 0),     -- Credits posted, ever.
    opened          INTEGER NOT NULL,                                 -- The index of the entry that opened it.
    owner           TEXT,                                             -- Whose it is, as an opaque id, empty for nobody; null where it was opened without terms.
    grp             TEXT,                                             -- The programme or other set it is listed under; empty where none.
    valid_from      TEXT,                                             -- The first day on which it may be used.
    valid_until     TEXT,                                             -- The last day on which it may be used.
    data            TEXT,                                             -- Further terms, as JSON that the domain reads.
    PRIMARY KEY (region, number),
    UNIQUE (region, path),
    CHECK (flags & 1 = 0 OR debits_pending + debits_posted <= credits_posted),
    CHECK (flags & 2 = 0 OR credits_pending + credits_posted <= debits_posted),
    CHECK (flags & 8 = 0 OR (debits_posted = credits_posted AND debits_pending = 0 AND credits_pending = 0))
) STRICT, WITHOUT ROWID;

CREATE INDEX accounts_by_owner ON accounts (region, owner, number) WHERE owner <> '';
CREATE INDEX accounts_by_group ON accounts (region, grp, number) WHERE grp <> '';
CREATE INDEX accounts_by_last_day ON accounts (region, valid_until, number) WHERE valid_until IS NOT NULL;

-- The journal: written once, never changed. The bytes are the entry; the other columns repeat what queries need of them.
CREATE TABLE entries (
    region    INTEGER NOT NULL,                              -- The region.
    idx       INTEGER NOT NULL CHECK (idx >= 0),             -- Dense within the region, from 0.
    time      INTEGER NOT NULL,                              -- Strictly increasing within the region.
    effective TEXT NOT NULL,                                 -- The civil date on which the event counts.
    kind      INTEGER NOT NULL CHECK (kind BETWEEN 1 AND 7), -- 1 post, 2 hold, 3 post hold, 4 void hold, 5 expire hold, 6 reverse, 7 change accounts.
    code      TEXT NOT NULL,                                 -- The event by the chart of accounts, such as RedeemVoucher.
    of_idx    INTEGER,                                       -- The hold that it ends, or the entry that it reverses.
    expires   INTEGER,                                       -- Of a hold: from when on it may be expired.
    bytes     BLOB NOT NULL,                                 -- The entry exactly as hashed.
    salt      BLOB NOT NULL,                                 -- 16 random bytes that hide the entry in its leaf.
    leaf      BLOB NOT NULL CHECK (length(leaf) = 32),       -- The hash that stands in the tree; it outlives an erased salt.
    PRIMARY KEY (region, idx),
    FOREIGN KEY (region, of_idx) REFERENCES entries (region, idx)
) STRICT;

CREATE UNIQUE INDEX entries_by_time ON entries (region, time);
CREATE UNIQUE INDEX entries_end_a_hold_once ON entries (region, of_idx) WHERE kind IN (3, 4, 5);
CREATE UNIQUE INDEX entries_reverse_once ON entries (region, of_idx) WHERE kind = 6;

-- What became of every id, for ever: an entry, a refusal, or a note that only remembers whose command the id belongs to.
-- One table, so that one id can't be both.
CREATE TABLE outcomes (
    region  INTEGER NOT NULL,                                   -- The region.
    id      BLOB NOT NULL CHECK (length(id) = 16),              -- The idempotency key.
    idx     INTEGER,                                            -- The entry; null for refusals and notes.
    command BLOB CHECK (length(command) = 32),                  -- SHA-256 of the caller's command; null where the entry has it.
    reason  INTEGER,                                            -- Why it was refused, by the number of the reason; null otherwise.
    detail  TEXT,                                               -- What explains the refusal; null otherwise.
    PRIMARY KEY (region, id),
    FOREIGN KEY (region, idx) REFERENCES entries (region, idx),
    CHECK ((idx IS NULL) = (command IS NOT NULL)),
    CHECK ((reason IS NULL) = (detail IS NULL) AND (idx IS NULL OR reason IS NULL))
) STRICT, WITHOUT ROWID;

-- The transfers of the entries, with the posted counters of both accounts right after each: statements need no sums.
CREATE TABLE transfers (
    region         INTEGER NOT NULL,                                             -- The region.
    idx            INTEGER NOT NULL,                                             -- The entry.
    position       INTEGER NOT NULL CHECK (position >= 0),                       -- The place in the entry, from 0.
    debit          INTEGER NOT NULL,                                             -- The account debited.
    credit         INTEGER NOT NULL CHECK (credit <> debit),                     -- The account credited.
    unit           TEXT NOT NULL,                                                -- The unit of both accounts.
    posted         INTEGER NOT NULL CHECK (posted >= 0),                         -- The amount posted.
    held           INTEGER NOT NULL CHECK (held >= 0),                           -- The amount that a hold begins to hold.
    released       INTEGER NOT NULL CHECK (released >= 0 AND released + held + posted > 0), -- The amount that the end of a hold releases.
    debit_debits   INTEGER NOT NULL,                                             -- Posted debits of the debited account right after.
    debit_credits  INTEGER NOT NULL,                                             -- Posted credits of the debited account right after.
    credit_debits  INTEGER NOT NULL,                                             -- Posted debits of the credited account right after.
    credit_credits INTEGER NOT NULL,                                             -- Posted credits of the credited account right after.
    PRIMARY KEY (region, idx, position),
    FOREIGN KEY (region, idx) REFERENCES entries (region, idx),
    FOREIGN KEY (region, debit) REFERENCES accounts (region, number),
    FOREIGN KEY (region, credit) REFERENCES accounts (region, number)
) STRICT, WITHOUT ROWID;

CREATE INDEX transfers_by_debit ON transfers (region, debit, idx, position) WHERE posted > 0;
CREATE INDEX transfers_by_credit ON transfers (region, credit, idx, position) WHERE posted > 0;

-- The holds that are open: a row comes with the hold and goes with the entry that ends it.
CREATE TABLE holds (
    region  INTEGER NOT NULL,   -- The region.
    idx     INTEGER NOT NULL,   -- The hold's entry.
    expires INTEGER,            -- From when on it may be expired; null for never.
    PRIMARY KEY (region, idx),
    FOREIGN KEY (region, idx) REFERENCES entries (region, idx)
) STRICT, WITHOUT ROWID;

CREATE INDEX holds_by_expiry ON holds (region, expires, idx) WHERE expires IS NOT NULL;
