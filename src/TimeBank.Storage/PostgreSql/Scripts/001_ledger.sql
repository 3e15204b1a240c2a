-- The ledger of every region. A script that has been applied anywhere is never edited: the next one changes what it made.
-- Regions are GB/T 2260 codes as numbers (430211). Times are microseconds since 1970 in UTC. Amounts and counters are whole minutes,
-- fen or service units. Text sorts by its bytes (COLLATE "C"), as it does in every other engine and in the code.

-- Which scripts have been applied, each in one transaction with its row here.
CREATE TABLE schema_version (
    version integer NOT NULL PRIMARY KEY,   -- The script's number; dense from 1.
    name    text NOT NULL,                  -- The script's file name.
    digest  text NOT NULL                   -- SHA-256 of the script's text in hexadecimal, so that an edited script is noticed.
);

-- Where each region's journal ends. An append compares size, root and remembered, and sets all. Pages are left almost empty, so that
-- a row's next version stands on the same page and no index changes. Without checks, since every batch would compile them anew: the writer
-- derives the row from the one before it, and whoever reads it holds root, frontier and size against each other.
CREATE TABLE ledger_head (
    region     integer NOT NULL PRIMARY KEY,   -- The region that owns the journal.
    size       bigint NOT NULL,                -- How many entries it has; the next one's index.
    root       bytea NOT NULL,                 -- The root of the Merkle tree over its leaves (RFC 6962).
    frontier   bytea NOT NULL,                 -- The roots of the tree's perfect subtrees, largest first: what appending needs.
    time       bigint NOT NULL,                -- The time of the last entry.
    accounts   bigint NOT NULL,                -- How many accounts it has opened; the last one's number.
    remembered bigint NOT NULL                 -- How many refusals and notes it remembers.
) WITH (fillfactor = 10);

-- The accounts as they stand: a fold of the entries. The checks are the last line of defence behind the ledger's own rules.
CREATE TABLE accounts (
    region          integer NOT NULL,                                -- The region.
    number          bigint NOT NULL,                                 -- Dense within the region, from 1, in the order of opening.
    path            text COLLATE "C" NOT NULL,                       -- The name for people and exports, such as fund/lottery/available.
    unit            text COLLATE "C" NOT NULL,                       -- What it holds: MIN, CNY, MEAL and so on.
    flags           integer NOT NULL,                                -- 1 debits within credits, 2 credits within debits, 4 frozen, 8 closed.
    debits_pending  bigint NOT NULL,                                 -- Debits held and not ended.
    debits_posted   bigint NOT NULL,                                 -- Debits posted, ever.
    credits_pending bigint NOT NULL,                                 -- Credits held and not ended.
    credits_posted  bigint NOT NULL,                                 -- Credits posted, ever.
    opened          bigint NOT NULL,                                 -- The index of the entry that opened it.
    owner           text COLLATE "C",                                -- Whose it is, as an opaque id, empty for nobody; null where it was opened without terms.
    grp             text COLLATE "C",                                -- The programme or other set it is listed under; empty where none.
    valid_from      date,                                            -- The first day on which it may be used.
    valid_until     date,                                            -- The last day on which it may be used.
    data            text,                                            -- Further terms, as JSON that the domain reads.
    PRIMARY KEY (region, number),
    UNIQUE (region, path),
    CONSTRAINT accounts_not_negative CHECK (least(debits_pending, debits_posted, credits_pending, credits_posted) >= 0),
    CONSTRAINT accounts_debits_within_credits CHECK (flags & 1 = 0 OR debits_pending + debits_posted <= credits_posted),
    CONSTRAINT accounts_credits_within_debits CHECK (flags & 2 = 0 OR credits_pending + credits_posted <= debits_posted),
    CONSTRAINT accounts_closed_empty CHECK (flags & 8 = 0 OR (debits_posted = credits_posted AND debits_pending = 0 AND credits_pending = 0))
) WITH (fillfactor = 80);

CREATE INDEX accounts_by_owner ON accounts (region, owner, number) WHERE owner <> '';
CREATE INDEX accounts_by_group ON accounts (region, grp, number) WHERE grp <> '';
CREATE INDEX accounts_by_last_day ON accounts (region, valid_until, path) WHERE valid_until IS NOT NULL;

-- The journal: written once, never changed. The bytes are the entry; the other columns repeat what queries need of them, and are held against the bytes by
-- verification: what a check here would say again costs an entry's time and finds nothing. Time needs no index: it rises with idx, so a place in time is
-- found by halving.
CREATE TABLE entries (
    region    integer NOT NULL,                               -- The region.
    idx       bigint NOT NULL,                                -- Dense within the region, from 0.
    time      bigint NOT NULL,                                -- Strictly increasing within the region.
    effective date NOT NULL,                                  -- The civil date on which the event counts.
    kind      smallint NOT NULL,                              -- 1 post, 2 hold, 3 post hold, 4 void hold, 5 expire hold, 6 reverse, 7 change accounts.
    code      text COLLATE "C" NOT NULL,                      -- The event by the chart of accounts, such as RedeemVoucher.
    of_idx    bigint,                                         -- The hold that it ends, or the entry that it reverses.
    expires   bigint,                                         -- Of a hold: from when on it may be expired.
    bytes     bytea NOT NULL,                                 -- The entry exactly as hashed.
    salt      bytea NOT NULL,                                 -- 16 random bytes that hide the entry in its leaf.
    leaf      bytea NOT NULL,                                 -- The hash that stands in the tree; it outlives an erased salt.
    PRIMARY KEY (region, idx)
);

CREATE UNIQUE INDEX entries_end_a_hold_once ON entries (region, of_idx) WHERE kind IN (3, 4, 5);
CREATE UNIQUE INDEX entries_reverse_once ON entries (region, of_idx) WHERE kind = 6;
-- Lists of one event, such as the redemptions of a region, newest first.
CREATE INDEX entries_by_code ON entries (region, code, idx);

-- What became of every id, for ever: an entry, a refusal, or a note that only remembers whose command the id belongs to.
-- One table, so that one id can't be both.
CREATE TABLE outcomes (
    region  integer NOT NULL,                           -- The region.
    id      uuid NOT NULL,                              -- The idempotency key: 128 bits of a hash.
    idx     bigint,                                     -- The entry; null for refusals and notes.
    command bytea,                                      -- SHA-256 of the caller's command; null where the entry has it.
    reason  integer,                                    -- Why it was refused, by the number of the reason; null otherwise.
    detail  text,                                       -- What explains the refusal; null otherwise.
    PRIMARY KEY (region, id)
);

-- The transfers of the entries, with the posted counters of both accounts right after each: statements need no sums.
CREATE TABLE transfers (
    region         integer NOT NULL,                         -- The region.
    idx            bigint NOT NULL,                          -- The entry.
    position       integer NOT NULL,                         -- The place in the entry, from 0.
    debit          bigint NOT NULL,                          -- The account debited.
    credit         bigint NOT NULL,                          -- The account credited.
    unit           text COLLATE "C" NOT NULL,                -- The unit of both accounts.
    posted         bigint NOT NULL,                          -- The amount posted.
    held           bigint NOT NULL,                          -- The amount that a hold begins to hold.
    released       bigint NOT NULL,                          -- The amount that the end of a hold releases.
    debit_debits   bigint NOT NULL,                          -- Posted debits of the debited account right after.
    debit_credits  bigint NOT NULL,                          -- Posted credits of the debited account right after.
    credit_debits  bigint NOT NULL,                          -- Posted debits of the credited account right after.
    credit_credits bigint NOT NULL,                          -- Posted credits of the credited account right after.
    PRIMARY KEY (region, idx, position)
);

CREATE INDEX transfers_by_debit ON transfers (region, debit, idx, position) WHERE posted > 0;
CREATE INDEX transfers_by_credit ON transfers (region, credit, idx, position) WHERE posted > 0;

-- The holds that are open: a row comes with the hold and goes with the entry that ends it.
CREATE TABLE holds (
    region  integer NOT NULL,   -- The region.
    idx     bigint NOT NULL,    -- The hold's entry.
    expires bigint,             -- From when on it may be expired; null for never.
    PRIMARY KEY (region, idx),
    FOREIGN KEY (region, idx) REFERENCES entries (region, idx)
);

CREATE INDEX holds_by_expiry ON holds (region, expires, idx) WHERE expires IS NOT NULL;

-- An append is one round trip of several statements, and nobody looks at the first one's result before the second one runs. So a
-- statement that changed other rows than it should stops the transaction itself: TB001 refuses the batch, TB002 says that the head
-- has moved. SQL has no statement that raises.
CREATE FUNCTION stop_append(state text, message text) RETURNS void LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION USING ERRCODE = state, MESSAGE = message; END $$;
