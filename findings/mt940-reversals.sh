#!/usr/bin/env bash
# One would guess: MT940 readers agree on the side of a reversal, since the statement's own balances decide it. RC is a credit
#   taken back, so money leaves the account; RD is a debit taken back, so money comes in.
# What happens: mt940js signs them right, and opening plus lines is closing. mt940-js calls RC a credit and RD a debit, so
#   both have the wrong sign, and the lines no longer add up to the closing balance that it read itself.
# Seen with: mt940js 1.3.5 and mt940-js 1.0.0 on 2026-11-28.
# Why it matters: a payment to a provider that the bank took back is counted as paid twice instead of not at all.
# Instead: hold every statement's opening plus lines against its closing and refuse it as a whole where they differ; settle
#   a sign by that sum, never by a reader's flag.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund --ignore-scripts mt940js@1.3.5 mt940-js@1.0.0 tslib@2.8.1 > install.log

printf '%s\r\n' ':20:DEMO' ':25:DEMO/1' ':28C:1/1' ':60F:C261101CNY1000,00' ':61:2611021102D100,00NTRFDEMO1' ':86:Meals' \
  ':61:2611031103RD30,00NTRFDEMO2' ':86:Payment came back' ':61:2611041104RC50,00NTRFDEMO3' ':86:Deposit taken back' \
  ':62F:C261104CNY880,00' > statement.sta

cat > ask.js <<'JS'
const raw = require('fs').readFileSync('statement.sta');
const show = (library, opening, signed, closing) => {
  const sum = signed.reduce((total, amount) => total + amount, opening);
  console.log(`${library}: ${opening} with ${signed.join(', ')} is ${sum}, closing says ${closing}`);
};
(async () => {
  const [one] = new (require('mt940js').Parser)().parse(raw.toString());
  show('mt940js', one.openingBalance, one.transactions.map(line => line.amount), one.closingBalance);
  const [two] = await require('mt940-js').read(raw);
  const signed = two.transactions.map(line => (line.isCredit ? 1 : -1) * line.amount);
  show('mt940-js', two.openingBalance.value, signed, two.closingBalance.value);
})();
JS
node ask.js | tee seen

diff - seen <<'EXPECTED'
mt940js: 1000 with -100, 30, -50 is 880, closing says 880
mt940-js: 1000 with -100, -30, 50 is 920, closing says 880
EXPECTED
