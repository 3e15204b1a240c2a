-- What a server may do. The role that owns the tables migrates; a server works as timebank_server, which can add to the journal and
-- change neither an entry nor a transfer nor an outcome. Logins are members of it. Where the owner may not create roles, whoever
-- may creates timebank_server beforehand and makes the owner and the logins members.
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'timebank_server') THEN
        CREATE ROLE timebank_server NOLOGIN;
        EXECUTE format('GRANT timebank_server TO %I', current_user);
    END IF;
EXCEPTION
    -- Roles belong to all databases of a cluster: another one may be migrated at this moment.
    WHEN duplicate_object OR unique_violation THEN NULL;
END
$$;

DO $$ BEGIN EXECUTE format('GRANT USAGE ON SCHEMA %I TO timebank_server', current_schema()); END $$;

REVOKE ALL ON schema_version, ledger_head, accounts, entries, outcomes, transfers, holds, OrleansQuery, grain_state FROM PUBLIC;
GRANT SELECT ON schema_version, OrleansQuery TO timebank_server;
GRANT SELECT, INSERT ON entries, transfers, outcomes TO timebank_server;
GRANT SELECT, INSERT, UPDATE ON ledger_head, accounts, grain_state TO timebank_server;
GRANT SELECT, INSERT, DELETE ON holds TO timebank_server;
GRANT EXECUTE ON FUNCTION stop_append(text, text) TO timebank_server;
