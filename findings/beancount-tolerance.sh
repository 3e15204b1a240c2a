#!/usr/bin/env bash
# One would guess: bean-check refuses an entry of 10.0 against -10.04, and an assertion of 9.9 over an account that has 10.0.
# What happens: both pass. The fewest decimals that an entry uses set its tolerance, half of their last place; an assertion
#   gets twice that. Written as 10.00 and 9.90, both are refused.
# Seen with: beancount 2.3.5 (Debian 12) on 2026-11-28.
# Why it matters: hours as 7.5, or yuan without trailing zeroes, make a proof of the books that is blind to three minutes or
#   a jiao. The same figures in other spelling give another verdict.
# Instead: write whole minutes, and yuan with two decimals everywhere; or set inferred_tolerance_default and
#   inferred_tolerance_multiplier, and test that a ledger off by the smallest unit is refused.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
bean-check --version

try() {
  printf '%s\n' '2026-01-01 open Assets:Fund' '2026-01-01 open Equity:Given' '2026-11-01 * "grant"' "  Assets:Fund   $1 CNY" \
    "  Equity:Given  $2 CNY" "2026-11-02 balance Assets:Fund  $3 CNY" > books
  if bean-check books > said 2>&1; then verdict='no objection'; else verdict=$(grep -oE 'does not balance|Balance failed' said | tr '\n' ' '); fi
  echo "$1 against $2, asserted $3: $verdict"
}
{
  try 10.0 -10.04 10.0
  try 10.00 -10.04 10.00
  try 10.0 -10.0 9.9
  try 10.00 -10.00 9.90
} | tee seen

diff - seen <<'EXPECTED'
10.0 against -10.04, asserted 10.0: no objection
10.00 against -10.04, asserted 10.00: does not balance 
10.0 against -10.0, asserted 9.9: no objection
10.00 against -10.00, asserted 9.90: Balance failed 
EXPECTED
