-- States of grains (profiles and workflows), through the query contract of Orleans AdoNet persistence: at start a silo
-- reads its queries from OrleansQuery and runs them with the parameters GrainIdHash, GrainIdN0, GrainIdN1, GrainTypeHash,
-- GrainTypeString, GrainIdExtensionString, ServiceId, GrainStateVersion and PayloadBinary.

-- Table and columns are named by Orleans.
CREATE TABLE OrleansQuery (
    QueryKey  text NOT NULL PRIMARY KEY,   -- The key that Orleans asks for.
    QueryText text NOT NULL                -- The query.
);

CREATE TABLE grain_state (
    -- The deployment that the state belongs to (ClusterOptions.ServiceId).
    service_id text COLLATE "C" NOT NULL,
    -- The name in [PersistentState]: one for each grain class, for the class is not part of the key.
    state_name text COLLATE "C" NOT NULL,
    -- A string key as it is, "{region}/{id}", so that a region's states lie side by side; empty for number keys.
    grain_key  text COLLATE "C" NOT NULL,
    -- An integer key (n1), or the two halves of a GUID key; 0 for other string keys. Orleans files a string of
    -- hexadecimal digits as an integer.
    grain_n0   bigint NOT NULL,
    grain_n1   bigint NOT NULL,
    -- The ETag: 1 for the first write, one more for each later one, clearing included.
    version    integer NOT NULL CHECK (version > 0),
    -- The state; null once cleared.
    payload    jsonb,
    -- The whole key, unique: two activations that write first can never leave two rows. Orleans's hashes of it serve
    -- databases whose indexes are limited in width, and are not kept.
    PRIMARY KEY (service_id, state_name, grain_key, grain_n0, grain_n1)
);

INSERT INTO OrleansQuery (QueryKey, QueryText) VALUES
('ReadFromStorageKey', '
SELECT convert_to(payload::text, ''UTF8'') AS PayloadBinary, version AS Version
FROM grain_state
WHERE service_id = @ServiceId AND state_name = @GrainTypeString
  AND grain_key = coalesce(@GrainIdExtensionString, '''') AND grain_n0 = @GrainIdN0 AND grain_n1 = @GrainIdN1
'),
-- Exactly one of the two can change a row: the first write has no version. No row in the answer means that somebody else has
-- written, and Orleans throws InconsistentStateException.
('WriteToStorageKey', '
WITH updated AS (
    UPDATE grain_state
    SET payload = convert_from(@PayloadBinary, ''UTF8'')::jsonb, version = version + 1
    WHERE service_id = @ServiceId AND state_name = @GrainTypeString
      AND grain_key = coalesce(@GrainIdExtensionString, '''') AND grain_n0 = @GrainIdN0 AND grain_n1 = @GrainIdN1
      AND version = @GrainStateVersion
    RETURNING version
), inserted AS (
    INSERT INTO grain_state (service_id, state_name, grain_key, grain_n0, grain_n1, version, payload)
    SELECT @ServiceId, @GrainTypeString, coalesce(@GrainIdExtensionString, ''''), @GrainIdN0, @GrainIdN1, 1, convert_from(@PayloadBinary, ''UTF8'')::jsonb
    WHERE @GrainStateVersion IS NULL
    ON CONFLICT DO NOTHING
    RETURNING version
)
SELECT version AS NewGrainStateVersion FROM updated UNION ALL SELECT version FROM inserted
'),
('ClearStorageKey', '
UPDATE grain_state
SET payload = NULL, version = version + 1
WHERE service_id = @ServiceId AND state_name = @GrainTypeString
  AND grain_key = coalesce(@GrainIdExtensionString, '''') AND grain_n0 = @GrainIdN0 AND grain_n1 = @GrainIdN1
  AND version = @GrainStateVersion
RETURNING version AS NewGrainStateVersion
');
