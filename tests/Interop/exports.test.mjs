// Plays the demonstration's month, and checks its exports with other people's programs: hledger and beancount.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { run, start } from './server.mjs';

const regions = ['430211', '430203'], spans = { whole: [], 'ten days': ['--from', '2026-10-11', '--to', '2026-10-20'] };
const folder = mkdtempSync(path.join(os.tmpdir(), 'timebank-exports-'));
let server;

before(async () => {
  server = await start();
  await server.tool('play', '--deadline', '300');
}, { timeout: 600_000 });
after(async () => {
  rmSync(folder, { recursive: true, force: true });
  await server?.stop();
});

async function exported(region, format, span) {
  const file = path.join(folder, `${region}.${span.replace(' ', '-')}.${format}`);
  await server.tool('export', '--region', region, '--format', format, ...spans[span], '-o', file, '--force');
  return file;
}

/** Every account's balance by our own list, debits positive, as whole numbers; those at zero are left out. */
async function balances(region) {
  const list = JSON.parse(await server.tool('account', 'list', '--all', '--json', '--region', region)).accounts;
  assert.ok(list.length > 10);
  return new Map(list.map((account) => [account.path, BigInt(account.debitsPosted.value) - BigInt(account.creditsPosted.value)]).filter(([, value]) => value !== 0n));
}

/** 12.34 CNY as 1234; a number of anything else as it is. */
const minor = (amount, unit) => BigInt(unit === 'CNY' ? amount.replace('.', '') : amount);

/** A beancount name on its way back: Liabilities:Person:0-P7K2:Hours is person/P7K2/hours. */
const pathOf = (name) => name.split(':').slice(1).map((part) => (part.startsWith('0-') ? part.slice(2) : part[0].toLowerCase() + part.slice(1))).join('/');

/** The rows of a CSV table without line ends in its cells. */
function* rows(text) {
  for (const line of text.trim().split(/\r?\n/)) yield [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map((cell) => (cell[1] ?? cell[2] ?? '').replaceAll('""', '"').trim());
}

for (const region of regions) {
  for (const span of Object.keys(spans)) {
    describe(`the ${span} of ${region}`, () => {
      test('hledger proves its journal, with every account and commodity declared', async () => {
        await run('hledger', ['-f', await exported(region, 'hledger', span), 'check', '--strict', 'ordereddates']);
      });
      test('beancount proves its ledger', async () => {
        await run('bean-check', [await exported(region, 'beancount', span)]);
      });
    });
  }

  test(`hledger's balances of ${region} are ours`, async () => {
    const table = [...rows(await run('hledger', ['-f', await exported(region, 'hledger', 'whole'), 'bal', '--flat', '--no-total', '-O', 'csv', '--layout', 'bare']))].slice(1);
    assert.deepEqual(sorted(table.map(([account, unit, amount]) => [account.replaceAll(':', '/'), minor(amount, unit)])), sorted(await balances(region)));
  });

  test(`beancount's balances of ${region} are ours`, async () => {
    const table = [...rows(await run('bean-query', ['-q', '-f', 'csv', await exported(region, 'beancount', 'whole'), 'select account, units(sum(position)) group by account']))].slice(1);
    const held = table.filter(([, amount]) => amount.length > 0).map(([account, amount]) => [pathOf(account), minor(...amount.split(/\s+/))]);
    assert.deepEqual(sorted(held), sorted(await balances(region)));
  });

  test(`the rows of ${region}'s table end with our balances`, async () => {
    const [head, ...table] = [...rows(readFileSync(await exported(region, 'csv', 'whole'), 'utf8'))];
    const at = Object.fromEntries(head.map((name, column) => [name, column])), last = new Map();
    for (const row of table) last.set(row[at.account], BigInt(row[at.balance_after]) * (row[at.balance_side] === 'CREDIT' ? -1n : 1n));
    assert.deepEqual(sorted([...last].filter(([, value]) => value !== 0n)), sorted(await balances(region)));
  });
}

test('an export that was tampered with is not proved', async () => {
  const file = await exported('430203', 'hledger', 'whole'), lines = readFileSync(file, 'utf8').split('\n');
  const debit = lines.findIndex((line) => /^ {4}\S+ {2}\d+ MIN$/.test(line));
  for (const [at, sign] of [[debit, ''], [debit + 1, '-']]) lines[at] = lines[at].replace(/-?\d+ MIN$/, `${sign}1 MIN`);
  const tampered = `${file}.tampered`;
  writeFileSync(tampered, lines.join('\n'));
  await assert.rejects(run('hledger', ['-f', tampered, 'check']), /balance assertion/i);
});

const sorted = (pairs) => [...pairs].map(([account, value]) => `${account} ${value}`).sort();
