#!/usr/bin/env bash
# One would guess: libraries for Chinese identity numbers accept the number of a foreigner's permanent residence card, which
#   since 2023 has the same 18 places and check character, and begins with 9.
# What happens: idcard refuses it, as it knows no region 91. id-validator accepts it, and 83 (residence permits for Taiwan's
#   people) too. idcard also refuses a correct number whose last place is a small x, and id-validator accepts that.
# Seen with: idcard 4.2.0 and id-validator 1.3.0 on 2026-11-28. The numbers are computed here with the sequence 000, which
#   is given to nobody.
# Why it matters: who lives here and is 80 is entitled; a form that doesn't take the card's number sends the person away.
# Instead: check length, check character and that the birth date exists, put a small x into upper case; never look a region
#   up to accept a number, and take no address from it.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund --ignore-scripts idcard@4.2.0 id-validator@1.3.0 > install.log

cat > ask.js <<'JS'
const idcard = require('idcard'), validator = new (require('id-validator'))();
// ISO 7064, MOD 11-2: each place weighs a power of two.
const complete = seventeen => {
  let rest = 0;
  for (const digit of seventeen) rest = (rest + Number(digit)) * 2 % 11;
  return seventeen + '10X98765432'[rest];
};
const line = (what, number) => console.log(`${what} ${number}: idcard ${idcard.verify(number)}, id-validator ${validator.isValid(number)}`);
line('citizen', complete('43021119400131000'));
line('permit for Taiwan', complete('83000019400131000'));
line('permanent residence', complete('91184019400131000'));
line('permanent residence', complete('93184019400201000'));
let year = 1930;
while (!complete(`430211${year}0131000`).endsWith('X')) year++;
const withX = complete(`430211${year}0131000`);
line('citizen, X', withX);
line('citizen, x', withX.toLowerCase());
JS
node ask.js | tee seen

diff - seen <<'EXPECTED'
citizen 43021119400131000X: idcard true, id-validator true
permit for Taiwan 830000194001310004: idcard true, id-validator true
permanent residence 91184019400131000X: idcard false, id-validator true
permanent residence 931840194002010002: idcard false, id-validator true
citizen, X 43021119320131000X: idcard true, id-validator true
citizen, x 43021119320131000x: idcard false, id-validator true
EXPECTED
