#!/usr/bin/env bash
# One would guess: a birth date is stored safely as midnight in China, since China is at +08:00 all year round.
# What happens: summer time began at midnight, so on seven days of 1940 to 1949 there was no midnight, and "the start of the
#   day" is one o'clock. In the summers of 1940 to 1949 and 1986 to 1991 the clocks stood at +09:00: a midnight of those
#   days, read again at a fixed +08:00, is the day before. That is 2,188 birth dates of the forties alone.
# Seen with: @js-joda/core 6.3.2 and @js-joda/timezone 2.25.2, which bring their own table of time zones, on 2026-11-28.
# Why it matters: the people that elderly care is about were born in these years. A day lost in the birth date is an age that
#   begins a day too early, and an identity number that doesn't match.
# Instead: a birth date is a date without time or zone from the form to the disk; no instant is ever made of it.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund --ignore-scripts @js-joda/core@6.3.2 @js-joda/timezone@2.25.2 > install.log

cat > ask.js <<'JS'
const { LocalDate, LocalDateTime, ZoneId, ZoneOffset } = require('@js-joda/core');
require('@js-joda/timezone');
const shanghai = ZoneId.of('Asia/Shanghai'), fixed = ZoneOffset.ofHours(8);
const withoutMidnight = [], lost = { forties: 0, eighties: 0 };
for (let day = LocalDate.of(1940, 1, 1); day.year() < 1992; day = day.plusDays(1)) {
  const start = day.atStartOfDay(shanghai);
  if (start.hour() !== 0) withoutMidnight.push(`${day}`);
  if (LocalDateTime.ofInstant(start.toInstant(), fixed).toLocalDate().isBefore(day)) lost[day.year() < 1950 ? 'forties' : 'eighties']++;
}
console.log(`no midnight: ${withoutMidnight.join(', ')}`);
console.log(`a day early at +08:00: ${lost.forties} days of 1940 to 1949, ${lost.eighties} of 1986 to 1991`);
JS
node ask.js | tee seen

diff - seen <<'EXPECTED'
no midnight: 1940-06-01, 1941-03-15, 1942-01-31, 1946-05-15, 1947-04-15, 1948-05-01, 1949-05-01
a day early at +08:00: 2188 days of 1940 to 1949, 896 of 1986 to 1991
EXPECTED
