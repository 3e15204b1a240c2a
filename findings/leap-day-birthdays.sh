#!/usr/bin/env bash
# One would guess: date libraries agree on how old somebody is who was born on 29 February, and where "born plus 65 years"
#   is 28 February 2025, the same library says 65 on that day.
# What happens: dayjs, luxon and moment say 65 on 28 February 2025; date-fns, js-joda and Temporal say 64, though all six
#   add 65 years to that birth date and get 28 February. Three libraries contradict themselves.
# Seen with: date-fns 4.4.0, dayjs 1.11.23, luxon 3.7.2, moment 2.31.0, @js-joda/core 6.3.2, temporal-polyfill 1.0.8,
#   on 2026-11-28.
# Why it matters: benefits begin at 65, 70, 75, 80, 85 and 90. Where a page counts with one library and the server with
#   another, one of them promises what the other refuses; where a list of birthdays adds and the rule subtracts, too.
# Instead: one rule of one's own, with its source (the Chinese Civil Code, article 202: a period without a corresponding
#   day ends on the month's last day), tested on 28 February, 29 February and 1 March.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund --ignore-scripts date-fns@4.4.0 dayjs@1.11.23 luxon@3.7.2 moment@2.31.0 \
  @js-joda/core@6.3.2 temporal-polyfill@1.0.8 > install.log

cat > ask.mjs <<'JS'
import * as fns from 'date-fns';
import dayjs from 'dayjs';
import { DateTime } from 'luxon';
import moment from 'moment';
import { ChronoUnit, LocalDate } from '@js-joda/core';
import { Temporal } from 'temporal-polyfill';

const born = '1960-02-29', day = '2025-02-28';
const line = (library, plus, age) => console.log(`${library}: born plus 65 years is ${plus}, age on ${day} is ${age}`);
line('dayjs', dayjs(born).add(65, 'year').format('YYYY-MM-DD'), dayjs(day).diff(born, 'year'));
const luxonAge = DateTime.fromISO(day).diff(DateTime.fromISO(born), 'years').years;
line('luxon', DateTime.fromISO(born).plus({ years: 65 }).toISODate(), Math.floor(luxonAge));
line('moment', moment(born).add(65, 'years').format('YYYY-MM-DD'), moment(day).diff(born, 'years'));
const [fnsBorn, fnsDay] = [fns.parseISO(born), fns.parseISO(day)];
line('date-fns', fns.format(fns.addYears(fnsBorn, 65), 'yyyy-MM-dd'), fns.differenceInYears(fnsDay, fnsBorn));
line('js-joda', LocalDate.parse(born).plusYears(65), ChronoUnit.YEARS.between(LocalDate.parse(born), LocalDate.parse(day)));
const person = Temporal.PlainDate.from(born);
line('Temporal', person.add({ years: 65 }).toString(), person.until(day, { largestUnit: 'years' }).years);
JS
TZ=UTC node ask.mjs | tee seen

diff - seen <<'EXPECTED'
dayjs: born plus 65 years is 2025-02-28, age on 2025-02-28 is 65
luxon: born plus 65 years is 2025-02-28, age on 2025-02-28 is 65
moment: born plus 65 years is 2025-02-28, age on 2025-02-28 is 65
date-fns: born plus 65 years is 2025-02-28, age on 2025-02-28 is 64
js-joda: born plus 65 years is 2025-02-28, age on 2025-02-28 is 64
Temporal: born plus 65 years is 2025-02-28, age on 2025-02-28 is 64
EXPECTED
