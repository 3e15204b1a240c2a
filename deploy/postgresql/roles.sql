-- Roles and database for TimeBank, once for each PostgreSQL cluster, as a superuser:
--   psql -f roles.sql
--   \password timebank_owner
--   \password timebank_app
-- Then, as timebank_owner: ./timebank migrate

-- Owns the tables and migrates. No server uses it.
CREATE ROLE timebank_owner LOGIN;
-- The rights of a server: adds to the journal, changes nothing in it. The scripts grant them.
CREATE ROLE timebank_server NOLOGIN;
-- What servers log in as.
CREATE ROLE timebank_app LOGIN IN ROLE timebank_server;
-- The owner, too, works as a server where it only reads, as verify does.
GRANT timebank_server TO timebank_owner;

CREATE DATABASE timebank OWNER timebank_owner TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C';
REVOKE CONNECT, TEMPORARY ON DATABASE timebank FROM PUBLIC;
GRANT CONNECT ON DATABASE timebank TO timebank_app;

\connect timebank
-- The schema is the owner's, and nobody else makes tables in it.
ALTER SCHEMA public OWNER TO timebank_owner;
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
