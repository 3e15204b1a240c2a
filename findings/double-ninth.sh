#!/usr/bin/env bash
# One would guess: libraries of the Chinese calendar agree on the day of the Double Ninth, the ninth of the ninth month.
# What happens: lunar-calendar counts months through, so that in a year with an earlier leap month "month 9" is the eighth:
#   2025 comes out as 30 September instead of 29 October. chinese-lunar has the years from 2033 on a month off: 31 October
#   2033 instead of 1 October. Both are right in 2026, the year in which somebody tries them out.
# Seen with: lunar-javascript 1.7.7, tyme4ts 1.5.2, chinese-days 1.5.7, solarlunar 3.1.0, chinese-lunar 0.1.4, lunar-calendar 0.1.4,
#   on 2026-11-28. Public tables of the calendar have 29 October 2025, 18 October 2026, 1 October 2033.
# Why it matters: the Double Ninth is by law the day of elderly people, on which extra hours and vouchers are given out, and
#   many elders name their birthday by this calendar.
# Instead: the few days that rules need stand in a reviewed table, with source and last year; a library is only held against it.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund --ignore-scripts lunar-javascript@1.7.7 tyme4ts@1.5.2 chinese-days@1.5.7 \
  solarlunar@3.1.0 chinese-lunar@0.1.4 lunar-calendar@0.1.4 > install.log

cat > ask.js <<'JS'
const day = (y, m, d) => [y, String(m).padStart(2, '0'), String(d).padStart(2, '0')].join('-');
const solar = require('solarlunar').default ?? require('solarlunar');
const libraries = {
  'lunar-javascript': y => require('lunar-javascript').Lunar.fromYmd(y, 9, 9).getSolar().toYmd(),
  'tyme4ts': y => (s => day(s.getYear(), s.getMonth(), s.getDay()))(require('tyme4ts').LunarDay.fromYmd(y, 9, 9).getSolarDay()),
  'chinese-days': y => require('chinese-days').getSolarDateFromLunar(`${y}-09-09`).date,
  'solarlunar': y => (s => day(s.cYear, s.cMonth, s.cDay))(solar.lunar2solar(y, 9, 9)),
  'chinese-lunar': y => (s => day(s.getFullYear(), s.getMonth() + 1, s.getDate()))(require('chinese-lunar').lunarToSolar({ year: y, month: 9, day: 9 })),
  'lunar-calendar': y => (s => day(s.year, s.month, s.day))(require('lunar-calendar').lunarToSolar(y, 9, 9)),
};
for (const [name, of] of Object.entries(libraries))
  console.log(`${name}: ${[2025, 2026, 2033].map(of).join(', ')}`);
JS
TZ=UTC node ask.js | tee seen

diff - seen <<'EXPECTED'
lunar-javascript: 2025-10-29, 2026-10-18, 2033-10-01
tyme4ts: 2025-10-29, 2026-10-18, 2033-10-01
chinese-days: 2025-10-29, 2026-10-18, 2033-10-01
solarlunar: 2025-10-29, 2026-10-18, 2033-10-01
chinese-lunar: 2025-10-29, 2026-10-18, 2033-10-31
lunar-calendar: 2025-09-30, 2026-10-18, 2033-10-01
EXPECTED
