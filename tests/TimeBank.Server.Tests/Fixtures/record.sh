#!/usr/bin/env bash
# Records what a build stores: record.sh CHECKOUT NAME plays the stored history in the checkout of that build and leaves NAME.sqlite.zip and NAME.postgresql.zip here.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
tests=$(cd "$1/tests/TimeBank.Server.Tests" && pwd)
mkdir -p "$tests/Stored"
[ "$tests" -ef "$here/.." ] || cp "$here"/../Stored/StoredHistory*.cs "$tests/Stored/"
cp "$here/Recording.cs.txt" "$tests/Stored/Recording.cs"
trap 'rm -f "$tests/Stored/Recording.cs"' EXIT
(cd "$1" && dotnet test --project "$tests" -p:RunAnalyzers=false --filter-class "*.Recording")
for engine in sqlite postgresql; do cp "$tests/bin/Debug/net10.0/$engine.zip" "$here/$2.$engine.zip"; done
