#!/usr/bin/env bash
# One would guess: in hledger a comment behind an amount is text, whatever a bank or a clerk has written into it.
# What happens: a date in square brackets, or "date:" before one, moves that leg of the entry to that day. The entry balances
#   still, but at the end of November one account has moved and the other hasn't.
# Seen with: hledger 1.25 (Debian 12) on 2026-11-28.
# Why it matters: the remark of a payment, "meals [2026-12-25]", changes the month's figures; trial balance and export no
#   longer agree, and nobody edited an entry.
# Instead: free text goes into the description of an entry or its own comment line without brackets and colons, and never
#   behind a posting; test an export with such texts.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
hledger --version | cut -d, -f1

for remark in 'meals of 2026-12-25' 'meals [2026-12-25]' 'date:2026-12-25 meals'; do
  printf '%s\n' '2026-11-20 payment' "    provider    10.00 CNY  ; $remark" '    bank' > one.journal
  echo "remark: $remark"
  hledger -f one.journal bal --end 2026-12-01 -O csv
done | tee seen

diff - seen <<'EXPECTED'
remark: meals of 2026-12-25
"account","balance"
"bank","-10.00 CNY"
"provider","10.00 CNY"
"total","0"
remark: meals [2026-12-25]
"account","balance"
"bank","-10.00 CNY"
"total","-10.00 CNY"
remark: date:2026-12-25 meals
"account","balance"
"bank","-10.00 CNY"
"total","-10.00 CNY"
EXPECTED
