#!/usr/bin/env bash
# One would guess: in hledger "MEAL2 5" is five of the unit MEAL2, or an error, as a name with a digit needs quotes.
# What happens: it is 25 of the unit MEAL: the digit is taken for the number's first, and the blank for a mark between groups
#   of digits. --strict has no objection where MEAL is declared; where it isn't, the balance prints as "MEAL2 5" again.
# Seen with: hledger 1.25 (Debian 12) on 2026-11-28.
# Why it matters: units of vouchers get names from programmes ("MEAL2" for the second meal scheme). An export proves itself
#   with the wrong unit and five times the amount.
# Instead: unit names of letters only, or always in double quotes, and the number before the unit: 5 "MEAL2".
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
hledger --version | cut -d, -f1

write() {
  printf '%s\n' 'commodity MEAL 1000.' "commodity \"MEAL2\" 1000." 'account elder' 'account issued' '2026-11-01 issue' "    elder    $1" '    issued'
}
write 'MEAL2 5' > bare.journal
write '5 "MEAL2"' > quoted.journal
for file in bare quoted; do
  hledger -f "$file.journal" --strict check
  echo "$file:"
  hledger -f "$file.journal" --strict bal elder --no-total --layout bare -O csv
done | tee seen

diff - seen <<'EXPECTED'
bare:
"account","commodity","balance"
"elder","MEAL","25"
quoted:
"account","commodity","balance"
"elder","MEAL2","5"
EXPECTED
