-- What banks say of our accounts: statements, their lines, and what each line was matched with. The journal alone moves money; these tables
-- are held against it. Statements and lines are only added. A match can be taken back. Everything belongs to a region and to one of our
-- accounts at a bank, by its slug in the path bank/{account}.

-- Where each account's book ends. Every write compares the version and moves it first, so two writers can't both go on.
CREATE TABLE bank_books (
    region     integer NOT NULL,            -- The region.
    account    text COLLATE "C" NOT NULL,   -- The account, by its slug.
    version    bigint NOT NULL,             -- How many writes there were.
    lines      bigint NOT NULL,             -- How many lines it has; the last one's number.
    statements bigint NOT NULL,             -- How many statements it has; the last one's number.
    last_group bigint NOT NULL,             -- The highest number of a group of matches that was ever used.
    PRIMARY KEY (region, account)
);

-- The statements that were taken.
CREATE TABLE bank_statements (
    region       integer NOT NULL,            -- The region.
    account      text COLLATE "C" NOT NULL,   -- The account.
    number       bigint NOT NULL,             -- Dense within the account, from 1.
    file         bytea NOT NULL,              -- SHA-256 of the whole file; one file may bring several statements.
    profile      text NOT NULL,               -- The name of the profile that the file was read by.
    file_name    text NOT NULL,               -- The file's name, for people.
    imported_as  uuid NOT NULL,               -- The id of the command that brought it.
    imported_by  text NOT NULL,               -- Who brought it.
    imported_at  bigint NOT NULL,             -- When.
    bank_number  text,                        -- The bank's own number of the statement; null where the file has none.
    from_day     date,                        -- Its first day; null where the file does not say.
    to_day       date,                        -- Its last day; null where the file does not say.
    opening_fen  bigint,                      -- The balance before its first line; null where the file has none.
    closing_fen  bigint,                      -- The balance after its last line; null where the file has none.
    line_count   integer NOT NULL,            -- How many lines the file has for it, with those that were known before.
    new_lines    integer NOT NULL,            -- How many of them were new: the last numbers up to through_line.
    through_line bigint NOT NULL,             -- The number of the account's last line after it.
    note         text NOT NULL,               -- What a person should know, as JSON of the importer's own.
    PRIMARY KEY (region, account, number)
);

CREATE INDEX bank_statements_by_file ON bank_statements (region, account, file, number);

-- The lines of statements, each once, however many files have it.
CREATE TABLE bank_lines (
    region         integer NOT NULL,            -- The region.
    account        text COLLATE "C" NOT NULL,   -- The account.
    number         bigint NOT NULL,             -- Dense within the account, from 1.
    statement      bigint NOT NULL,             -- The number of the statement that first brought it.
    day            date NOT NULL,               -- The bank's day.
    signed_fen     bigint NOT NULL,             -- Above zero where money came in; 0 where the file counts it on neither side.
    fingerprint    bytea NOT NULL,              -- 16 bytes over what the line says.
    occurrence     integer NOT NULL,            -- Which of the equal lines of the day it is, from 1.
    bank_reference text,                        -- The bank's own number of the line; null where it has none.
    content        bytea NOT NULL,              -- All the rest, sealed for whoever has the database alone.
    PRIMARY KEY (region, account, number)
);

-- The last line of defence against a line that is taken twice, and the way to the lines of some days.
CREATE UNIQUE INDEX bank_lines_once ON bank_lines (region, account, day, fingerprint, occurrence);

-- The lines that are open: a row comes with a line that is not zero, goes with its confirmed match, and comes back when that is taken back.
CREATE TABLE bank_open (
    region  integer NOT NULL,            -- The region.
    account text COLLATE "C" NOT NULL,   -- The account.
    number  bigint NOT NULL,             -- The line.
    PRIMARY KEY (region, account, number)
);

-- What each line was matched with: a row per line and thing of ours.
CREATE TABLE bank_matches (
    region         integer NOT NULL,            -- The region.
    account        text COLLATE "C" NOT NULL,   -- The account.
    line           bigint NOT NULL,             -- The line's number.
    grp            bigint NOT NULL,             -- The match that the pair belongs to, by its number in the account; never used twice.
    item           text COLLATE "C" NOT NULL,   -- The thing of ours, such as entries/17/0; empty in a tie of too many to list.
    status         smallint NOT NULL,           -- 1 confirmed, 2 suggested, 3 tied.
    pass           text NOT NULL,               -- The rule that found it, or person.
    difference_fen bigint NOT NULL,             -- By how much the lines of the group exceed the things of ours.
    made_by        text NOT NULL,               -- Who made it.
    made_at        bigint NOT NULL,             -- When.
    PRIMARY KEY (region, account, line, grp, item)
);

CREATE INDEX bank_matches_by_group ON bank_matches (region, account, grp);
-- Which of our things the bank has confirmed.
CREATE INDEX bank_matches_by_item ON bank_matches (region, account, item, line) WHERE status = 1;
-- A run replaces what the one before it only suggested.
CREATE INDEX bank_matches_unsure ON bank_matches (region, account) WHERE status <> 1;

REVOKE ALL ON bank_books, bank_statements, bank_lines, bank_open, bank_matches FROM PUBLIC;
GRANT SELECT, INSERT ON bank_statements, bank_lines TO timebank_server;
GRANT SELECT, INSERT, DELETE ON bank_open, bank_matches TO timebank_server;
GRANT SELECT, INSERT, UPDATE ON bank_books TO timebank_server;
