-- Which silos make a cluster, through the query contract of Orleans AdoNet clustering: at start a silo reads its queries from OrleansQuery
-- and runs them with the parameters DeploymentId (the cluster), Address, Port, Generation, SiloName, HostName, ProxyPort, Status, SuspectTimes,
-- StartTime, IAmAliveTime and Version. Only a server that is told to join a cluster uses them.

-- A cluster's membership changes as a whole, from one version to the next.
CREATE TABLE cluster_version (
    cluster_id text COLLATE "C" NOT NULL PRIMARY KEY,   -- The cluster (ClusterOptions.ClusterId).
    version    integer NOT NULL CHECK (version >= 0),   -- One more with each change of a silo's row, signs of life excepted.
    changed    timestamptz NOT NULL DEFAULT now()       -- When it last changed; for people.
);

CREATE TABLE cluster_silos (
    cluster_id text COLLATE "C" NOT NULL,                                -- The cluster.
    address    text COLLATE "C" NOT NULL,                                -- The IP address that the silo is called at.
    port       integer NOT NULL CHECK (port BETWEEN 0 AND 65535),        -- The port for other silos.
    generation integer NOT NULL,                                         -- Tells one life of a silo from the next at the same address.
    name       text NOT NULL,                                            -- For people.
    host       text NOT NULL,                                            -- The machine's name.
    status     integer NOT NULL CHECK (status BETWEEN 0 AND 6),          -- 1 created, 2 joining, 3 active, 4 shutting down, 5 stopping, 6 dead.
    proxy_port integer NOT NULL CHECK (proxy_port BETWEEN 0 AND 65535),  -- The port for clients; 0: none.
    suspicions text,                                                     -- Who suspects it of being dead, and since when, as Orleans writes it.
    started    timestamptz NOT NULL,                                     -- When this life began.
    alive      timestamptz NOT NULL,                                     -- Its last sign of life.
    PRIMARY KEY (cluster_id, address, port, generation)
);

INSERT INTO OrleansQuery (QueryKey, QueryText) VALUES
('InsertMembershipVersionKey', '
WITH added AS (INSERT INTO cluster_version (cluster_id, version) VALUES (@DeploymentId, 0) ON CONFLICT DO NOTHING RETURNING version)
SELECT EXISTS (SELECT FROM added)
'),
-- The version is the compare-and-set: of two silos that change the membership at once, one finds its version gone and changes nothing.
-- Nor does the version move where the row it is about is there already (here) or missing (below).
('InsertMembershipKey', '
WITH moved AS (
    UPDATE cluster_version v SET version = version + 1, changed = now()
    WHERE cluster_id = @DeploymentId AND version = @Version AND NOT EXISTS (
        SELECT FROM cluster_silos s WHERE s.cluster_id = v.cluster_id AND s.address = @Address AND s.port = @Port AND s.generation = @Generation)
    RETURNING cluster_id
), added AS (
    INSERT INTO cluster_silos (cluster_id, address, port, generation, name, host, status, proxy_port, started, alive)
    SELECT cluster_id, @Address, @Port, @Generation, @SiloName, @HostName, @Status, @ProxyPort, @StartTime, @IAmAliveTime FROM moved
    RETURNING port
)
SELECT EXISTS (SELECT FROM added)
'),
('UpdateMembershipKey', '
WITH moved AS (
    UPDATE cluster_version v SET version = version + 1, changed = now()
    WHERE cluster_id = @DeploymentId AND version = @Version AND EXISTS (
        SELECT FROM cluster_silos s WHERE s.cluster_id = v.cluster_id AND s.address = @Address AND s.port = @Port AND s.generation = @Generation)
    RETURNING cluster_id
), changed AS (
    UPDATE cluster_silos s SET status = @Status, suspicions = @SuspectTimes, alive = @IAmAliveTime
    FROM moved WHERE s.cluster_id = moved.cluster_id AND s.address = @Address AND s.port = @Port AND s.generation = @Generation
    RETURNING s.port
)
SELECT EXISTS (SELECT FROM changed)
'),
('UpdateIAmAlivetimeKey', '
UPDATE cluster_silos SET alive = @IAmAliveTime
WHERE cluster_id = @DeploymentId AND address = @Address AND port = @Port AND generation = @Generation
'),
-- A row without a silo still tells the version.
('MembershipReadRowKey', '
SELECT s.address AS Address, s.port AS Port, s.generation AS Generation, s.name AS SiloName, s.host AS HostName, s.status AS Status,
       s.proxy_port AS ProxyPort, s.suspicions AS SuspectTimes, s.started AS StartTime, s.alive AS IAmAliveTime, v.version AS Version
FROM cluster_version v
LEFT JOIN cluster_silos s ON s.cluster_id = v.cluster_id AND s.address = @Address AND s.port = @Port AND s.generation = @Generation
WHERE v.cluster_id = @DeploymentId
'),
('MembershipReadAllKey', '
SELECT s.address AS Address, s.port AS Port, s.generation AS Generation, s.name AS SiloName, s.host AS HostName, s.status AS Status,
       s.proxy_port AS ProxyPort, s.suspicions AS SuspectTimes, s.started AS StartTime, s.alive AS IAmAliveTime, v.version AS Version
FROM cluster_version v
LEFT JOIN cluster_silos s ON s.cluster_id = v.cluster_id
WHERE v.cluster_id = @DeploymentId
'),
('GatewaysQueryKey', '
SELECT address AS Address, proxy_port AS ProxyPort, generation AS Generation FROM cluster_silos
WHERE cluster_id = @DeploymentId AND status = @Status AND proxy_port > 0
'),
-- Only the dead are cleaned away: a silo that is merely late is the others'' to judge.
('CleanupDefunctSiloEntriesKey', '
DELETE FROM cluster_silos WHERE cluster_id = @DeploymentId AND status = 6 AND alive < @IAmAliveTime
'),
('DeleteMembershipTableEntriesKey', '
WITH silos AS (DELETE FROM cluster_silos WHERE cluster_id = @DeploymentId)
DELETE FROM cluster_version WHERE cluster_id = @DeploymentId
');

REVOKE ALL ON cluster_version, cluster_silos FROM PUBLIC;
GRANT SELECT, INSERT, UPDATE, DELETE ON cluster_version, cluster_silos TO timebank_server;
