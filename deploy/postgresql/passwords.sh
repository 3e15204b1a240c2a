#!/bin/bash
# In PostgreSQL's container, once, after roles.sql: gives the two logins the passwords of their files.
set -euo pipefail
for login in owner app; do
    # On standard input, so that no password is in a list of processes.
    printf "ALTER ROLE timebank_%s PASSWORD '%s';\n" "$login" "$(cut -d: -f5 "${SECRETS:-/run/secrets}/$login.pgpass")" |
        psql -v ON_ERROR_STOP=1 --quiet --username "${POSTGRES_USER:-postgres}" --dbname postgres
done
