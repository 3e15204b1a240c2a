#!/usr/bin/env bash
# Makes the secrets of a new cluster in a folder: deploy/secrets.sh DIR. What exists stays as it is. The certificate is not made here: put
# tls.crt and tls.key there. As root it gives the files to the account of the image.
set -euo pipefail
[ $# -eq 1 ] || { echo "usage: $0 DIR" >&2; exit 2; }
umask 077
mkdir -p "$1"
cd "$1"

make() { local file=$1; shift; [ -e "$file" ] || { "$@" >"$file.new" && mv "$file.new" "$file"; }; }
password_of() { printf '*:*:*:%s:%s\n' "$1" "$(openssl rand -hex 24)"; }

make vault.key openssl rand -base64 32
make checkpoint-keys.pem openssl genpkey -algorithm ed25519
make voucher-keys.pem openssl genpkey -algorithm ed25519
make page-tokens.key openssl rand -hex 32
# PostgreSQL's format of passwords, a file for each login: postgres, the owner that migrates, the servers.
make postgres.password openssl rand -hex 24
make owner.pgpass password_of timebank_owner
make app.pgpass password_of timebank_app

# The server refuses keys that others may read. Passwords are read by the group too: by PostgreSQL's container when it makes the logins.
chmod 400 vault.key checkpoint-keys.pem voucher-keys.pem page-tokens.key
chmod 750 .
chmod 440 postgres.password owner.pgpass app.pgpass
[ "$(id -u)" -ne 0 ] || chown 1654:1654 . ./*
