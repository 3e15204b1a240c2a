-- What proofs need beside the leaves: derived data, and the last signed checkpoint.

-- The roots of full tiles of a journal's tree, so that a proof reads a few hundred hashes whatever the journal's length. Made from the leaves some time after the append.
CREATE TABLE tree_nodes (
    region INTEGER NOT NULL,                              -- The region.
    level  INTEGER NOT NULL CHECK (level BETWEEN 1 AND 7), -- 1: the root of 256 leaves; each level further of 256 nodes of the one below.
    idx    INTEGER NOT NULL CHECK (idx >= 0),             -- Dense within the level, from 0.
    hash   BLOB NOT NULL CHECK (length(hash) = 32),       -- The root.
    PRIMARY KEY (region, level, idx)
) STRICT, WITHOUT ROWID;

-- The last signed checkpoint of each region.
CREATE TABLE signed_heads (
    region INTEGER PRIMARY KEY, -- The region.
    note   TEXT NOT NULL        -- The signed note, as published.
) STRICT;
