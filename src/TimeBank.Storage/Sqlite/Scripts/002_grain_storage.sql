-- States of grains (profiles and workflows), through the query contract of Orleans AdoNet persistence: at start a silo
-- reads its queries from OrleansQuery and runs them with the parameters GrainIdHash, GrainIdN0, GrainIdN1, GrainTypeHash,
-- GrainTypeString, GrainIdExtensionString, ServiceId, GrainStateVersion and PayloadBinary.

-- The queries by the keys that Orleans asks for. Table and columns are named by Orleans.
CREATE TABLE OrleansQuery
(
    QueryKey  TEXT NOT NULL PRIMARY KEY,
    QueryText TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE grain_state
(
    -- The deployment that the state belongs to (ClusterOptions.ServiceId).
    service_id TEXT    NOT NULL,
    -- The name in [PersistentState]: one for each grain class, for the class is not part of the key.
    state_name TEXT    NOT NULL,
    -- A string key as it is, "{region}/{id}", so that a region's states lie side by side; empty for number keys.
    grain_key  TEXT    NOT NULL,
    -- An integer key (n1), or the two halves of a GUID key; 0 for other string keys. Orleans files a string of
    -- hexadecimal digits as an integer.
    grain_n0   INTEGER NOT NULL,
    grain_n1   INTEGER NOT NULL,
    -- The ETag: 1 for the first write, one more for each later one, clearing included.
    version    INTEGER NOT NULL CHECK (version > 0),
    -- The state as JSON text; null once cleared.
    payload    TEXT    NULL CHECK (payload IS NULL OR json_valid(payload)),
    -- The whole key, unique: two activations that write first can never leave two rows. Orleans's hashes of it serve
    -- databases whose indexes are limited in width, and are not kept.
    PRIMARY KEY (service_id, state_name, grain_key, grain_n0, grain_n1)
) WITHOUT ROWID;

INSERT INTO OrleansQuery (QueryKey, QueryText) VALUES
('ReadFromStorageKey', '
SELECT CAST(payload AS BLOB) AS PayloadBinary, version AS Version
FROM grain_state
WHERE service_id = @ServiceId AND state_name = @GrainTypeString
  AND grain_key = coalesce(@GrainIdExtensionString, '''') AND grain_n0 = @GrainIdN0 AND grain_n1 = @GrainIdN1;
'),
-- Exactly one of the two statements can change a row: the first write has no version. No row in the answer means that
-- somebody else has written, and Orleans throws InconsistentStateException.
('WriteToStorageKey', '
UPDATE grain_state
SET payload = CAST(@PayloadBinary AS TEXT), version = version + 1
WHERE service_id = @ServiceId AND state_name = @GrainTypeString
  AND grain_key = coalesce(@GrainIdExtensionString, '''') AND grain_n0 = @GrainIdN0 AND grain_n1 = @GrainIdN1
  AND version = @GrainStateVersion
RETURNING version AS NewGrainStateVersion;
INSERT INTO grain_state (service_id, state_name, grain_key, grain_n0, grain_n1, version, payload)
SELECT @ServiceId, @GrainTypeString, coalesce(@GrainIdExtensionString, ''''), @GrainIdN0, @GrainIdN1, 1, CAST(@PayloadBinary AS TEXT)
WHERE @GrainStateVersion IS NULL
ON CONFLICT DO NOTHING
RETURNING version AS NewGrainStateVersion;
'),
('ClearStorageKey', '
UPDATE grain_state
SET payload = NULL, version = version + 1
WHERE service_id = @ServiceId AND state_name = @GrainTypeString
  AND grain_key = coalesce(@GrainIdExtensionString, '''') AND grain_n0 = @GrainIdN0 AND grain_n1 = @GrainIdN1
  AND version = @GrainStateVersion
RETURNING version AS NewGrainStateVersion;
');
