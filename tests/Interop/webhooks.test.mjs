// Receives TimeBank's webhooks with the library of the Standard Webhooks, and follows a journal line by line.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { Webhook } from 'standardwebhooks';
import { receive } from './receiver.mjs';
import { start } from './server.mjs';

const region = 'regions/430211';

let server;
before(async () => { server = await start('--TimeBank:WebhooksToLoopback=true', '--TimeBank:RoundSeconds=1'); }, { timeout: 150_000 });
after(async () => { await server?.stop(); });

/** Calls an address of the contract in a role. */
async function call(role, address, body) {
  const answer = await fetch(`${server.http}/v1/${address}`, {
    method: body ? 'POST' : 'GET',
    headers: { authorization: `Bearer ${await server.token(role)}`, ...(body && { 'content-type': 'application/json' }) },
    body: body && JSON.stringify({ requestId: randomUUID(), ...body }),
  });
  const text = await answer.text();
  assert.equal(answer.status, 200, text);
  return text.includes('"result"') ? text.trim().split('\n').map((line) => JSON.parse(line)) : JSON.parse(text);
}

/** A voucher of five meals for a new elder. */
async function issue(programme) {
  const fund = `fund-${programme}`;
  await call('finance_maker', `${region}/funds`, { fundId: fund, kind: 'FUND_KIND_LOTTERY', displayName: '福彩' });
  await call('administrator', `${region}/bankAccounts/main:set`, {
    holderName: '演示民政局', accountNumber: '6222000000000001', bankName: '演示银行', bankCode: '102100099996' });
  await call('finance_maker', `${region}/funds/${fund}:recordReceipt`, {
    amount: { value: '100000', unit: 'CNY' }, bankAccount: 'main', receivedDate: { year: 2026, month: 9, day: 30 } });
  await call('finance_maker', `${region}/programmes`, {
    programmeId: programme, displayName: '助餐', scheme: 'PROGRAMME_SCHEME_UNIT_VOUCHER', serviceTypes: ['SERVICE_TYPE_MEAL'],
    monthlyQuota: { value: '5', unit: 'MEAL' }, contractPrice: { value: '1200', unit: 'CNY' }, eligibility: { minAge: 80 } });
  await call('finance_maker', `${region}/programmes/${programme}:allotFunds`, {
    byAmounts: { lines: [{ fund: `${region}/funds/${fund}`, amount: { value: '50000', unit: 'CNY' } }] } });
  await call('counter', `${region}/elders`, { displayName: '演示', birthDate: { year: 1940, month: 1, day: 31 } });
  await call('finance_maker', `${region}/programmes/${programme}:issueVouchers`, { month: { year: 2026, month: 10, day: 0 } });
}

test('their library verifies what comes, once for each event', async () => {
  let secret = '', told;
  const first = new Promise((resolve) => { told = resolve; });
  const receiver = await receive(() => secret, async (id, event) => told({ id, event }));
  const made = await call('administrator', `${region}/webhooks`, { url: receiver.url, events: ['WEBHOOK_EVENT_VOUCHER_ISSUED'] });
  secret = made.secret;
  await issue('meals-a');

  const { id, event } = await first;
  assert.match(id, /^430211-\d+-voucher-issued$/);
  assert.equal(event.type, 'voucher.issued');
  assert.deepEqual(event.data.amount, { value: '5', unit: 'MEAL' });
  assert.equal((await call('counter', event.data.voucher)).name, event.data.voucher);
  const { attempts } = await call('auditor', `${made.webhook.name}/attempts`);
  assert.deepEqual(attempts.map((one) => [one.eventId, one.httpStatus]), [[id, 204]]);
  await call('administrator', `${made.webhook.name}:disable`, {});
  receiver.close();
});

test('a receiver with another secret refuses it', async () => {
  let asked;
  const other = new Promise((resolve) => { asked = resolve; });
  const wrong = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
  assert.throws(() => new Webhook(wrong).verify('{}', { 'webhook-id': 'x', 'webhook-timestamp': `${Date.now() / 1000 | 0}`, 'webhook-signature': 'v1,AAAA' }));
  const receiver = await receive(() => { asked(); return wrong; }, () => assert.fail('kept a notice of another secret'));
  const made = await call('administrator', `${region}/webhooks`, { url: receiver.url, events: ['WEBHOOK_EVENT_VOUCHER_ISSUED'] });
  await issue('meals-b');
  await other;
  for (let state = ''; state !== 'WEBHOOK_STATE_RETRYING';) ({ state } = await call('auditor', made.webhook.name));
  receiver.close();
});

test('a journal is followed line by line', async () => {
  const stop = new AbortController();
  const answer = await fetch(`${server.http}/v1/${region}/entries:follow?fromIndex=0`, {
    headers: { authorization: `Bearer ${await server.token('auditor')}` }, signal: stop.signal });
  assert.equal(answer.headers.get('content-type'), 'application/x-ndjson');
  let text = '', next = 0;
  for await (const piece of answer.body.pipeThrough(new TextDecoderStream())) {
    text += piece;
    const lines = text.split('\n');
    text = lines.pop();
    const news = lines.map((line) => JSON.parse(line).result);
    for (const { entry } of news.filter((one) => one.entry)) assert.equal(Number(entry.index), next++);
    if (news.some((one) => !one.entry && one.nextIndex === one.entryCount)) break;
  }
  assert.ok(next > 0);
  stop.abort();
});
