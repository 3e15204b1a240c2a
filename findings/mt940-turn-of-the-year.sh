#!/usr/bin/env bash
# One would guess: an MT940 line whose value date is 31 December 2026 and whose entry date is "0102" was booked on
#   2 January 2027. The entry date has no year of its own; it is the one nearest to the value date.
# What happens: four readers give the entry date the value date's year, so the line was booked on 2 January 2026, a year
#   before the statement begins. The reverse case, value 2 January and entry 31 December, comes a year late.
# Seen with: mt940js 1.3.5, mt940-js 1.0.0, @centrapay/swift-parser 1.0.1, stitch-swiftmessageparser 2.0.1, on 2026-11-28.
# Why it matters: redemptions are matched to bank lines by day, and the last days of a budget year are those that auditors
#   look at. A line that falls out of its statement's period is lost, or lands in a closed year.
# Instead: take the year that puts the entry date nearest to the value date, and refuse a line outside the statement's
#   opening and closing dates.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund --ignore-scripts mt940js@1.3.5 mt940-js@1.0.0 tslib@2.8.1 \
  @centrapay/swift-parser@1.0.1 stitch-swiftmessageparser@2.0.1 > install.log

printf '%s\r\n' ':20:DEMO' ':25:DEMO/1' ':28C:1/1' ':60F:C261230CNY100,00' \
  ':61:2612310102C25,00NTRFDEMO1' ':86:Meals' ':61:2701021231C5,00NTRFDEMO2' ':86:Baths' ':62F:C270102CNY130,00' > statement.sta

cat > ask.js <<'JS'
const fs = require('fs');
const raw = fs.readFileSync('statement.sta'), text = raw.toString();
const day = date => (date instanceof Date ? date.toISOString() : date).slice(0, 10);
const show = (library, statements) => {
  for (const line of statements[0].transactions)
    console.log(`${library}: value ${day(line.date ?? line.valueDate)}, booked ${day(line.entryDate)}`);
};
(async () => {
  show('mt940js', new (require('mt940js').Parser)().parse(text));
  show('mt940-js', await require('mt940-js').read(raw));
  show('@centrapay/swift-parser', require('@centrapay/swift-parser').parse({ type: 'mt940', data: text }));
  show('stitch-swiftmessageparser', require('stitch-swiftmessageparser').default.parse({ type: 'mt940', data: text }));
})();
JS
node ask.js | tee seen

diff - seen <<'EXPECTED'
mt940js: value 2026-12-31, booked 2026-01-02
mt940js: value 2027-01-02, booked 2027-12-31
mt940-js: value 2026-12-31, booked 2026-01-02
mt940-js: value 2027-01-02, booked 2027-12-31
@centrapay/swift-parser: value 2026-12-31, booked 2026-01-02
@centrapay/swift-parser: value 2027-01-02, booked 2027-12-31
stitch-swiftmessageparser: value 2026-12-31, booked 2026-01-02
stitch-swiftmessageparser: value 2027-01-02, booked 2027-12-31
EXPECTED
