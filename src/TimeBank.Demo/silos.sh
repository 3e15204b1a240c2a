# `./timebank up --silos N`: N servers of one cluster on PostgreSQL. All of them play the month; at a third of it one is killed, and at two
# thirds another one joins. Part of ../../timebank: the functions and the variables of its `up` are at hand.

# A private PostgreSQL for an `up` that was given no database. It does not run as root: Debian's package brings an account for it. It asks
# for a password, since other accounts of the machine reach its port too.
start_postgresql() {
    need_postgresql
    local as='' bin folder=$data/postgresql port key=$data/postgresql.password given
    bin=$(printf '%s\n' /usr/lib/postgresql/*/bin | sort -V | tail -1)
    if [ "$(id -u)" -eq 0 ]; then
        as='setpriv --reuid=postgres --regid=postgres --clear-groups' folder=/var/lib/postgresql/timebank-$(printf %s "$data" | cksum | tr ' ' -)
    fi
    where="PostgreSQL's files are in $folder"
    if ! (cd / && $as test -s "$folder/PG_VERSION"); then
        (umask 077 && head -c 24 /dev/urandom | base64 >"$key")
        # The account of PostgreSQL can't read our folder.
        given=$(cd / && $as mktemp)
        cat "$key" >"$given"
        (cd / && $as "$bin/initdb" -D "$folder" -U timebank -A scram-sha-256 --pwfile="$given" -E UTF8 --locale=C >>"$log" 2>&1) ||
            { rm -f "$given"; die $unavailable "PostgreSQL could not be set up; see $log"; }
        rm -f "$given"
    fi
    [ -s "$key" ] || die $refused "$key is missing, the password of the database in $folder: restore it, or delete that folder too"
    for port in $(seq 5440 5499); do ! is_free "127.0.0.1:$port" || break; done
    (cd / && exec $as "$bin/postgres" -D "$folder" -p "$port" -c listen_addresses=127.0.0.1 -c unix_socket_directories=) >>"$log" 2>&1 &
    postgres=$!
    guard_process "$postgres"
    silo_guards+=("$guard")
    within 300 is_taken "127.0.0.1:$port" || die $unavailable "PostgreSQL did not start; see $log"
    database="Host=127.0.0.1;Port=$port;Username=timebank;Password=$(cat "$key");Database=postgres"
}

is_taken() { ! is_free "$1"; }

# The address of a server: each has the first one's ports plus ten for each before it.
grpc_of() { printf '%s:%s' "${grpc%:*}" $((${grpc##*:} + 10 * ($1 - 1))); }
http_of() { printf '%s:%s' "${http%:*}" $((${http##*:} + 10 * ($1 - 1))); }

start_silo() {
    local n=$1 log=$data/silo-$1.log begun=0 server server_guard TIMEBANK_SERVER
    TIMEBANK_SERVER=http://$(grpc_of "$n")
    export TIMEBANK_SERVER
    need_port gRPC "$(grpc_of "$n")" --grpc
    need_port pages "$(http_of "$n")" --http
    (umask 077 && : >"$log")
    # The first one migrates. Only the owner reads a process's variables, and a password may be among them.
    TimeBank__Database=$database TimeBank__Migrate=$([ "$n" = 1 ] && echo true || echo false) dotnet "$server_dll" "${settings[@]}" \
        --TimeBank:Cluster=up "--TimeBank:Silo=127.0.0.1:$((11110 + n))" "--TimeBank:Grpc=$(grpc_of "$n")" \
        "--TimeBank:Http=$(http_of "$n")" >>"$log" 2>&1 &
    server=$!
    silo_pids[n]=$server
    guard_process "$server"
    server_guard=$guard
    silo_guards+=("$guard")
    wait_for_server
}

# Prints what the player says, and what is done to the servers meanwhile.
play_on_silos() {
    local played=$data/play.log lines='' seen=0 tenths=0 killed='' joined=''
    (umask 077 && : >"$played")
    dotnet "$cli_dll" play --seed "$seed" ${until:+--until "$until"} >"$played" 2>&1 &
    local playing=$!
    guard_process "$playing"
    silo_guards+=("$guard")
    while :; do
        # The health checks of a starting server are players too.
        player=$playing
        lines=$(tail -n "+$((seen + 1))" "$played")
        if [ -n "$lines" ]; then
            printf '%s\n' "$lines"
            seen=$((seen + $(printf '%s\n' "$lines" | wc -l)))
            tenths=$(grep -c ' % ' "$played" || true)
        elif ended "$playing"; then
            break
        fi
        if [ "$tenths" -ge 3 ] && [ -z "$killed" ]; then
            killed=1
            kill -KILL "${silo_pids[2]}"
            # Takes the shell's own word on it away.
            wait "${silo_pids[2]}" 2>/dev/null || true
            # Its number may soon be another program's, which is not ours to end.
            unset 'silo_pids[2]'
            say "killed server 2 of $silos"
        elif [ "$tenths" -ge 6 ] && [ -z "$joined" ]; then
            joined=1
            start_silo $((silos + 1))
            say "server $((silos + 1)) joined"
        fi
        sleep 0.1
    done
    player=
    wait "$playing"
}

up_silos() {
    [[ $silos =~ ^[2-5]$ ]] || die $usage "--silos takes a number from 2 to 5, and not '$silos'"
    local n addresses=''
    [ -n "$database" ] || start_postgresql
    # Servers of a cluster make no key of their own, lest each made another one.
    [ -s "$data/vault.key" ] || (umask 077 && head -c 32 /dev/urandom | base64 >"$data/vault.key")
    [ -s "$data/page-tokens.key" ] || (umask 077 && head -c 32 /dev/urandom | od -An -tx1 | tr -d ' \n' >"$data/page-tokens.key")
    for n in $(seq 1 "$silos"); do start_silo "$n"; done
    for n in $(seq 1 $((silos + 1))); do addresses+=${addresses:+,}http://$(grpc_of "$n"); done
    export TIMEBANK_SERVER=$addresses
    [ -n "$no_play" ] || play_on_silos || played $? "$data/silo-1.log"
    printf '\n%s\n' "The pages: http://$http    gRPC: ${addresses//,/ }    $where." "Stop with Ctrl-C."
    wait "${silo_pids[1]}" || die $unavailable "server 1 stopped; its log is $data/silo-1.log"
}
