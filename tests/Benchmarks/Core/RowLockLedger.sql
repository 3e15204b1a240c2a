-- The ledger that one would write without this one: rows are locked, counters updated, an entry and its transfer written, an id kept.
CREATE TABLE account (
    id      bigint PRIMARY KEY,
    debits  bigint NOT NULL DEFAULT 0,
    credits bigint NOT NULL DEFAULT 0,
    CHECK (debits <= credits)
);
CREATE TABLE entry (
    id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    request uuid NOT NULL UNIQUE,
    time    timestamptz NOT NULL DEFAULT now(),
    actor   text NOT NULL
);
CREATE TABLE transfer (
    id     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    entry  bigint NOT NULL REFERENCES entry,
    debit  bigint NOT NULL REFERENCES account,
    credit bigint NOT NULL REFERENCES account,
    amount bigint NOT NULL CHECK (amount > 0)
);
CREATE INDEX ON transfer (debit, id);
CREATE INDEX ON transfer (credit, id);
INSERT INTO account SELECT id, 0, 1000000000 FROM generate_series(1, 20000) id;
