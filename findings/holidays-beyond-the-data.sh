#!/usr/bin/env bash
# One would guess: a library of Chinese working days says that it doesn't know a year, or at least knows the days that are
#   holidays by law in every year, such as 1 January and 1 October.
# What happens: past the last year of their data both take the calendar's bare weekdays, with nothing to tell a known day
#   from a guessed one. 1 January 2027 (a Friday) and 1 October 2027 are "working days", and five working days after
#   30 December 2026 is 6 January 2027.
# Seen with: chinese-days 1.5.7 and chinese-workday 1.16.1 on 2026-11-28.
# Why it matters: what is paid or claimed "within five working days" gets a last day that is too early, each year in the
#   weeks before the State Council's notice of the next year is in a release.
# Instead: a calendar of one's own, as data, that says up to which day it knows; the statutory days in every year; a due day
#   beyond the known ones is provisional and says so.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund --ignore-scripts chinese-days@1.5.7 chinese-workday@1.16.1 > install.log

cat > ask.mjs <<'JS'
import days from 'chinese-days';
import * as workday from 'chinese-workday';
for (const day of ['2026-01-01', '2026-10-01', '2027-01-01', '2027-10-01'])
  console.log(`${day} a working day? chinese-days: ${days.isWorkday(day)}, chinese-workday: ${workday.isWorkday(day)}`);
console.log(`chinese-days, five working days after 2026-12-30: ${days.findWorkday(5, '2026-12-30')}`);
JS
node ask.mjs | tee seen

diff - seen <<'EXPECTED'
2026-01-01 a working day? chinese-days: false, chinese-workday: false
2026-10-01 a working day? chinese-days: false, chinese-workday: false
2027-01-01 a working day? chinese-days: true, chinese-workday: true
2027-10-01 a working day? chinese-days: true, chinese-workday: true
chinese-days, five working days after 2026-12-30: 2027-01-06
EXPECTED
