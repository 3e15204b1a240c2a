-- What proofs need beside the leaves: derived data, and the last signed checkpoint.

-- The roots of full tiles of a journal's tree, so that a proof reads a few hundred hashes whatever the journal's length. Made from the leaves some time after the append.
CREATE TABLE tree_nodes (
    region integer NOT NULL,                               -- The region.
    level  smallint NOT NULL CHECK (level BETWEEN 1 AND 7), -- 1: the root of 256 leaves; each level further of 256 nodes of the one below.
    idx    bigint NOT NULL CHECK (idx >= 0),               -- Dense within the level, from 0.
    hash   bytea NOT NULL CHECK (length(hash) = 32),       -- The root.
    PRIMARY KEY (region, level, idx)
);

-- The last signed checkpoint of each region.
CREATE TABLE signed_heads (
    region integer PRIMARY KEY, -- The region.
    note   text NOT NULL        -- The signed note, as published.
);

REVOKE ALL ON tree_nodes, signed_heads FROM PUBLIC;
GRANT SELECT, INSERT ON tree_nodes TO timebank_server;
GRANT SELECT, INSERT, UPDATE ON signed_heads TO timebank_server;
