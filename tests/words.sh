# The words of ./timebank that run a program of tests/. Sourced by it.
# shellcheck shell=bash disable=SC2154

# Programs that are needed besides .NET: root installs them from Debian's packages, and anybody else is told what they are.
need() {
    local what=$1 packages=$2
    shift 2
    if has "$@"; then return; fi
    if [ "$(id -u)" -eq 0 ] && has apt-get; then
        say "installs $packages"
        apt-get update -qq >/dev/null 2>&1 || true
        # shellcheck disable=SC2086 # several packages
        DEBIAN_FRONTEND=noninteractive apt-get install -y -qq $packages >/dev/null 2>&1 || true
    fi
    has "$@" || die $unavailable "the tests need $what (Debian: apt-get install $packages)"
}

# The fonts too: without them Chromium draws Chinese as boxes.
need_chromium() { need "Chromium with Chinese fonts" "chromium fonts-noto-cjk" chromium; }
need_poppler() { need "poppler's tools, which draw PDF files" poppler-utils pdftoppm; }
need_postgresql() { need "PostgreSQL 15 or newer" postgresql '/usr/lib/postgresql/*/bin/initdb'; }

# A program of tests/, in an optimised build.
run_program() {
    local name=$1
    shift
    need_dotnet
    [ "$1" = simulate ] || need_postgresql
    build_fast "$root/tests/$name"
    exec dotnet "$root/tests/$name/bin/Release/net10.0/TimeBank.${name#TimeBank.}.dll" "$@"
}

run_tests() {
    need_dotnet
    need "Node.js 18 or newer with npm" "nodejs npm" node npm
    need_postgresql
    need "hledger and beancount" "hledger beancount" hledger bean-check
    need_chromium
    need_poppler
    local log=$artifacts/test.log passed failed code=0
    mkdir -p "$artifacts"
    dotnet build "$root/TimeBank.sln" -v quiet -clp:NoSummary || die $refused "the build failed"
    # Tests write much that nobody reads again: into memory, where there is room for it.
    [ "$(df --output=avail -k /dev/shm 2>/dev/null | tail -n 1)" -gt 8000000 ] 2>/dev/null && [ -w /dev/shm ] && export TMPDIR=/dev/shm
    # Tests start many programs that live for seconds: code that counts its own calls, to be optimised later, costs them a sixth.
    export DOTNET_TieredPGO=0
    # A suite in which no test begins or ends for ten minutes is ended, and a file names the tests that ran.
    rm -f "$artifacts"/hangs/*
    dotnet test "$root/TimeBank.sln" --no-build --results-directory "$artifacts/hangs" \
        --hangdump --hangdump-timeout 10m --hangdump-type None 2>&1 | tee "$log" || code=1
    cat "$artifacts"/hangs/*_hang.log 2>/dev/null || true
    (cd "$root/tests/Interop" && { [ -d node_modules/jsqr ] || npm ci --no-audit --no-fund; } &&
        node --test --test-reporter=tap interop.test.mjs exports.test.mjs webhooks.test.mjs vouchers.test.mjs) 2>&1 | tee "$log.node" || code=1
    passed=$(($(last '  succeeded:' "$log") + $(last '# pass' "$log.node")))
    failed=$(($(last '  failed:' "$log") + $(last '# fail' "$log.node")))
    [ $code -eq 0 ] || [ $failed -gt 0 ] || failed=1 # a run that broke off counts nothing
    # Once more at the end, since of a long log one is often shown the end only.
    grep -h -A 20 -E '^failed |^ *not ok ' "$log" "$log.node" || true
    printf '\n%s passed, %s failed\n' $passed $failed
    [ $failed -eq 0 ]
}

make_screenshots() {
    need_dotnet
    need_chromium
    export TIMEBANK_SCREENSHOTS=$root/src/TimeBank.Pages/screenshots
    dotnet run --project "$root/tests/TimeBank.Pages.Tests" -- --filter-class "*ScreenshotsOf*"
}

# A number of the runner's summary, which ends its output; 0 where there is none.
last() { sed -n "s/^$1 \([0-9]*\)\$/\1/p" "$2" | tail -n 1 | grep . || echo 0; }
