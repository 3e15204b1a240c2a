#!/usr/bin/env bash
# One would guess: in a journal that writes "2,000.50 CNY", hledger reads "1,000 CNY" as a thousand.
# What happens: without a declared unit a lone comma is a decimal mark, so "1,000 CNY" is one yuan, also where the line above
#   uses the comma between thousands. With "commodity 1,000.00 CNY" it is a thousand.
# Seen with: hledger 1.25 (Debian 12) on 2026-11-28.
# Why it matters: amounts copied from a bank's page or a spreadsheet keep their commas. Round thousands shrink to a
#   thousandth, all others are right, and both sides of the entry balance.
# Instead: declare every unit with its marks, write amounts without marks between thousands, and check with --strict, which
#   refuses a unit that isn't declared.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
hledger --version | cut -d, -f1

printf '%s\n' '2026-11-01 grant' '    fund    2,000.50 CNY' '    bank' '2026-11-02 grant' '    fund    1,000 CNY' '    bank' > bare.journal
{ echo 'commodity 1,000.00 CNY'; cat bare.journal; } > declared.journal
for file in bare declared; do
  echo "$file: $(hledger -f "$file.journal" bal fund --no-total -O csv | tail -1)"
done | tee seen

diff - seen <<'EXPECTED'
bare: "fund","2001.500 CNY"
declared: "fund","3000.50 CNY"
EXPECTED
