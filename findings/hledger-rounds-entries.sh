#!/usr/bin/env bash
# One would guess: hledger's `check --strict` proves that every entry sums to zero exactly.
# What happens: it sums at the precision in which the unit is declared. With "commodity 1000. MEAL" an entry of 10 against
#   -9.6 is balanced, and the balances print as 10 and -10 with a total of 0. A balance assertion, however, is exact: it
#   refuses -10, and names the difference of 0.4 that the check of the entry let pass.
# Seen with: hledger 1.25 (Debian 12) on 2026-11-28.
# Why it matters: an export that a second program proves is worth as much as that program's sum. Half a fen or half a meal an
#   entry passes, for any number of entries.
# Instead: export every amount in the smallest unit with exactly the declared decimals, refuse to write one with more, and end
#   the export with assertions of all balances.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
hledger --version | cut -d, -f1

declare_units() { printf '%s\n' 'commodity 1000. MEAL' 'account elder' 'account issued'; }
issue() { printf '%s\n' '2026-11-01 issue' '    elder      10 MEAL' '    issued   -9.6 MEAL'; }
{ declare_units; issue; } > journal
{ cat journal; printf '%s\n' '2026-11-03 held' '    issued    0 MEAL = -10 MEAL' '    elder'; } > asserted
{
  hledger -f journal --strict check && echo '10 against -9.6: no objection'
  hledger -f journal --strict bal -O csv
  hledger -f asserted --strict check 2>&1 | grep -E '^(calculated|asserted|difference)' || true
} | tee seen

diff - seen <<'EXPECTED'
10 against -9.6: no objection
"account","balance"
"elder","10 MEAL"
"issued","-10 MEAL"
"total","0"
calculated: -9.6
asserted:   -10
difference: -0.4
EXPECTED
