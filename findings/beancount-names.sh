#!/usr/bin/env bash
# One would guess: an account that beancount takes in Chinese may begin with a Chinese character, and any upper-case word that
#   hledger takes may name a unit.
# What happens: a part of an account's name may hold Chinese but must begin with a capital letter or a digit, and
#   Chinese has no capitals. TRUE, FALSE and NULL are words of the language and no units, while YES is one.
# Seen with: beancount 2.3.5 (Debian 12) on 2026-11-28.
# Why it matters: an export with accounts named after places or providers is refused as a whole by the auditor's tool; nobody
#   sees it in tests whose names are in English.
# Instead: accounts begin with a code (region or provider number), the name follows; unit names come from a closed list; an
#   export in Chinese is part of the tests.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
bean-check --version

try() {
  printf '%s\n' "2026-01-01 open Assets:$1" '2026-01-01 open Equity:Given' '2026-11-01 * "issue"' "  Assets:$1  5 $2" '  Equity:Given' > books
  if bean-check books > /dev/null 2>&1; then echo "Assets:$1 in $2: taken"; else echo "Assets:$1 in $2: refused"; fi
}
{
  try 演示食堂 CNY
  try 430211演示食堂 CNY
  try P演示食堂 CNY
  try Canteen YES
  try Canteen TRUE
  try Canteen NULL
} | tee seen

diff - seen <<'EXPECTED'
Assets:演示食堂 in CNY: refused
Assets:430211演示食堂 in CNY: taken
Assets:P演示食堂 in CNY: taken
Assets:Canteen in YES: taken
Assets:Canteen in TRUE: refused
Assets:Canteen in NULL: refused
EXPECTED
