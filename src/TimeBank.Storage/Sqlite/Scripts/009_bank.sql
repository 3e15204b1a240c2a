-- What banks say of our accounts: statements, their lines, and what each line was matched with. The journal alone moves money; these tables
-- are held against it. Statements and lines are only added. A match can be taken back. Everything belongs to a region and to one of our
-- accounts at a bank, by its slug in the path bank/{account}.

-- Where each account's book ends. Every write compares the version and moves it first, so two writers can't both go on.
CREATE TABLE bank_books (
    region     INTEGER NOT NULL,   -- The region.
    account    TEXT NOT NULL,      -- The account, by its slug.
    version    INTEGER NOT NULL,   -- How many writes there were.
    lines      INTEGER NOT NULL,   -- How many lines it has; the last one's number.
    statements INTEGER NOT NULL,   -- How many statements it has; the last one's number.
    last_group INTEGER NOT NULL,   -- The highest number of a group of matches that was ever used.
    PRIMARY KEY (region, account)
) STRICT, WITHOUT ROWID;

-- The statements that were taken.
CREATE TABLE bank_statements (
    region       INTEGER NOT NULL,                                 -- The region.
    account      TEXT NOT NULL,                                    -- The account.
    number       INTEGER NOT NULL,                                 -- Dense within the account, from 1.
    file         BLOB NOT NULL CHECK (length(file) = 32),          -- SHA-256 of the whole file; one file may bring several statements.
    profile      TEXT NOT NULL,                                    -- The name of the profile that the file was read by.
    file_name    TEXT NOT NULL,                                    -- The file's name, for people.
    imported_as  BLOB NOT NULL CHECK (length(imported_as) = 16),   -- The id of the command that brought it.
    imported_by  TEXT NOT NULL,                                    -- Who brought it.
    imported_at  INTEGER NOT NULL,                                 -- When.
    bank_number  TEXT,                                             -- The bank's own number of the statement; null where the file has none.
    from_day     TEXT,                                             -- Its first day; null where the file does not say.
    to_day       TEXT,                                             -- Its last day; null where the file does not say.
    opening_fen  INTEGER,                                          -- The balance before its first line; null where the file has none.
    closing_fen  INTEGER,                                          -- The balance after its last line; null where the file has none.
    line_count   INTEGER NOT NULL,                                 -- How many lines the file has for it, with those that were known before.
    new_lines    INTEGER NOT NULL,                                 -- How many of them were new: the last numbers up to through_line.
    through_line INTEGER NOT NULL,                                 -- The number of the account's last line after it.
    note         TEXT NOT NULL,                                    -- What a person should know, as JSON of the importer's own.
    PRIMARY KEY (region, account, number)
) STRICT, WITHOUT ROWID;

CREATE INDEX bank_statements_by_file ON bank_statements (region, account, file, number);

-- The lines of statements, each once, however many files have it.
CREATE TABLE bank_lines (
    region         INTEGER NOT NULL,                                 -- The region.
    account        TEXT NOT NULL,                                    -- The account.
    number         INTEGER NOT NULL,                                 -- Dense within the account, from 1.
    statement      INTEGER NOT NULL,                                 -- The number of the statement that first brought it.
    day            TEXT NOT NULL,                                    -- The bank's day.
    signed_fen     INTEGER NOT NULL,   -- Above zero where money came in; 0 where the file counts it on neither side.
    fingerprint    BLOB NOT NULL CHECK (length(fingerprint) = 16),   -- 16 bytes over what the line says.
    occurrence     INTEGER NOT NULL CHECK (occurrence > 0),          -- Which of the equal lines of the day it is, from 1.
    bank_reference TEXT,                                             -- The bank's own number of the line; null where it has none.
    content        BLOB NOT NULL,                                    -- All the rest, sealed for whoever has the database alone.
    PRIMARY KEY (region, account, number)
) STRICT, WITHOUT ROWID;

-- The last line of defence against a line that is taken twice, and the way to the lines of some days.
CREATE UNIQUE INDEX bank_lines_once ON bank_lines (region, account, day, fingerprint, occurrence);

-- The lines that are open: a row comes with a line that is not zero, goes with its confirmed match, and comes back when that is taken back.
CREATE TABLE bank_open (
    region  INTEGER NOT NULL,   -- The region.
    account TEXT NOT NULL,      -- The account.
    number  INTEGER NOT NULL,   -- The line.
    PRIMARY KEY (region, account, number)
) STRICT, WITHOUT ROWID;

-- What each line was matched with: a row per line and thing of ours.
CREATE TABLE bank_matches (
    region         INTEGER NOT NULL,                                  -- The region.
    account        TEXT NOT NULL,                                     -- The account.
    line           INTEGER NOT NULL,                                  -- The line's number.
    grp            INTEGER NOT NULL,   -- The match that the pair belongs to, by its number in the account; never used twice.
    item           TEXT NOT NULL,   -- The thing of ours, such as entries/17/0; empty in a tie of too many to list.
    status         INTEGER NOT NULL CHECK (status BETWEEN 1 AND 3),   -- 1 confirmed, 2 suggested, 3 tied.
    pass           TEXT NOT NULL,                                     -- The rule that found it, or person.
    difference_fen INTEGER NOT NULL,                                  -- By how much the lines of the group exceed the things of ours.
    made_by        TEXT NOT NULL,                                     -- Who made it.
    made_at        INTEGER NOT NULL,                                  -- When.
    PRIMARY KEY (region, account, line, grp, item)
) STRICT, WITHOUT ROWID;

CREATE INDEX bank_matches_by_group ON bank_matches (region, account, grp);
-- Which of our things the bank has confirmed.
CREATE INDEX bank_matches_by_item ON bank_matches (region, account, item, line) WHERE status = 1;
-- A run replaces what the one before it only suggested.
CREATE INDEX bank_matches_unsure ON bank_matches (region, account) WHERE status <> 1;
