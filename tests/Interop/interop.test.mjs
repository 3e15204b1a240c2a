// Calls a running TimeBank with Node's gRPC, as other people's software does.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import grpc from '@grpc/grpc-js';
import protoLoader from '@grpc/proto-loader';
import descriptor from 'protobufjs/ext/descriptor/index.js';
import { OpenAPIClientAxios } from 'openapi-client-axios';
import { connect, contract, detailsOf } from './contract.mjs';
import { start } from './server.mjs';

const v1 = contract.timebank.v1, region = 'regions/430211', october = { year: 2026, month: 10, day: 0 };
const yuan = (amount) => ({ value: String(Math.round(amount * 100)), unit: 'CNY' }), minutes = (value) => ({ value: String(value), unit: 'MIN' });
const time = (text) => ({ seconds: String(Date.parse(text) / 1000), nanos: 0 });

let server;
const open = [];

/** A client of a service in a role. */
async function as(Service, role, party) {
  const client = connect(Service, server.address, await server.token(role, party));
  open.push(client);
  return (method, request, seconds) => client.call(method, request, seconds);
}

/** A client that other people's software makes from the server's OpenAPI document. */
async function described(role, party) {
  const headers = { authorization: `Bearer ${await server.token(role, party)}` };
  const axiosConfigDefaults = { baseURL: server.http, headers };
  const document = new OpenAPIClientAxios({ definition: `${server.http}/v1/openapi.json`, axiosConfigDefaults });
  return document.getClient();
}

const refused = (promise) => promise.then(() => assert.fail('should have been refused'), (error) => error);

before(async () => { server = await start(); }, { timeout: 150_000 });
after(async () => {
  for (const client of open) client.close();
  await server?.stop();
});

describe('what every gRPC server has', () => {
  test('health is checked and watched', async () => {
    const health = connect(contract.grpc.health.v1.Health, server.address);
    assert.equal((await health.call('Check', { service: '' })).status, 'SERVING');
    const watch = health.client.Watch({ service: '' });
    const first = await new Promise((resolve, reject) => watch.once('data', resolve).once('error', reject));
    assert.equal(first.status, 'SERVING');
    watch.once('error', () => {});
    watch.cancel();
    const unknown = await refused(health.call('Check', { service: 'no.such.Service' }));
    assert.equal(unknown.code, grpc.status.NOT_FOUND);
    health.close();
  });

  for (const version of ['v1', 'v1alpha']) {
    test(`reflection ${version} lists the services and describes them well enough to call one`, async () => {
      const client = new contract.grpc.reflection[version].ServerReflection(server.address, grpc.credentials.createInsecure());
      const ask = (request) => new Promise((resolve, reject) => {
        const stream = client.ServerReflectionInfo();
        stream.once('data', (answer) => { resolve(answer); stream.end(); }).once('error', reject);
        stream.write(request);
      });
      const names = (await ask({ list_services: '' })).list_services_response.service.map((service) => service.name);
      for (const name of ['timebank.v1.VoucherService', 'timebank.v1.LedgerService', 'timebank.v1.ScenarioService', 'grpc.health.v1.Health']) assert.ok(names.includes(name), name);

      // Fetch the files that a file needs, until none is missing.
      const files = new Map();
      const take = (answer) => answer.file_descriptor_response.file_descriptor_proto.map((bytes) => descriptor.FileDescriptorProto.decode(bytes));
      const waiting = take(await ask({ file_containing_symbol: 'timebank.v1.ScenarioService' }));
      while (waiting.length > 0) {
        const file = waiting.pop();
        if (files.has(file.name)) continue;
        files.set(file.name, file);
        for (const name of file.dependency) if (!files.has(name)) waiting.push(...take(await ask({ file_by_filename: name })));
      }
      const set = descriptor.FileDescriptorSet.encode({ file: [...files.values()] }).finish();
      const described = grpc.loadPackageDefinition(protoLoader.loadFileDescriptorSetFromBuffer(Buffer.from(set), { longs: String, enums: String, defaults: true }));
      const scenario = await as(described.timebank.v1.ScenarioService, 'administrator');
      assert.equal((await scenario('GetScenario', {})).state, 'SCENARIO_STATE_RUNNING');
      client.close();
    });
  }

  test('a deadline that can not be kept ends the call', async () => {
    const ledger = await as(v1.LedgerService, 'auditor');
    const late = await refused(ledger('GetTrialBalance', { parent: region }, -1));
    assert.equal(late.code, grpc.status.DEADLINE_EXCEEDED);
    assert.equal((await ledger('GetTrialBalance', { parent: region }, 20)).region, region);
  });
});

describe('errors', () => {
  test('without a token nothing is answered but that', async () => {
    const client = connect(v1.LedgerService, server.address);
    const error = await refused(client.call('GetTrialBalance', { parent: region }));
    assert.equal(error.code, grpc.status.UNAUTHENTICATED);
    assert.equal(detailsOf(error).ErrorInfo.reason, 'UNAUTHENTICATED');
    client.close();
  });

  test('a rule that says no names its reason, its values and a text in both languages', async () => {
    const funds = await as(v1.FundService, 'finance_maker');
    const error = await refused(funds('RecordReceipt', { request_id: randomUUID(), fund: `${region}/funds/none`, amount: yuan(1), bank_account: 'main', received_date: { year: 2026, month: 10, day: 1 } }));
    assert.equal(error.code, grpc.status.NOT_FOUND);
    const details = detailsOf(error);
    assert.equal(details.code, grpc.status.NOT_FOUND);
    assert.deepEqual([details.ErrorInfo.reason, details.ErrorInfo.domain], ['FUND_NOT_FOUND', 'timebank']);
    const texts = Object.fromEntries(details.LocalizedMessage.map((message) => [message.locale, message.message]));
    assert.match(texts['zh-CN'], /\p{Script=Han}/u);
    assert.match(texts.en, /fund/);
  });

  test('wrong input names every field that is wrong', async () => {
    const funds = await as(v1.FundService, 'finance_maker');
    const error = await refused(funds('CreateFund', { request_id: 'not-a-uuid', parent: region, fund_id: 'NOT A SLUG', kind: 'FUND_KIND_LOTTERY', display_name: '' }));
    assert.equal(error.code, grpc.status.INVALID_ARGUMENT);
    assert.deepEqual(detailsOf(error).BadRequest.fieldViolations.map((violation) => violation.field).sort(), ['display_name', 'fund_id', 'request_id']);
  });
});

describe('what no client should send', () => {
  for (const count of [50, 100, 1_000]) {
    test(`${count} wrong choices are told by the first twenty, within what clients take of an answer's headers`, async () => {
      const providers = await as(v1.ProviderService, 'administrator'), elders = await as(v1.ElderService, 'counter');
      const unknown = Array.from({ length: count }, (_, at) => 100 + at);
      const own = { request_id: randomUUID(), parent: region, display_name: 'Interop' }, first_day = { year: 2026, month: 1, day: 1 };
      const calls = {
        service_types: () => providers('RegisterProvider', { ...own, service_types: unknown, accreditation: { first_day } }),
        difficulties: () => elders('RegisterElder', { ...own, difficulties: unknown, birth_date: { year: 1940, month: 1, day: 31 } }),
      };
      for (const [field, call] of Object.entries(calls)) {
        const error = await refused(call());
        assert.equal(error.code, grpc.status.INVALID_ARGUMENT, error.message);
        const details = detailsOf(error);
        assert.deepEqual(
            details.BadRequest.fieldViolations.map((violation) => violation.field),
            Array.from({ length: 20 }, (_, at) => `${field}[${at}]`));
        assert.equal(details.ErrorInfo.metadata.more, String(count - 20));
        const [bytes] = error.metadata.get('grpc-status-details-bin');
        assert.ok(bytes.toString('base64').length + encodeURIComponent(error.details).length <= 8_000);
      }
    });
  }

  test('half of a pair of surrogates is named by its field', async () => {
    const elders = await as(v1.ElderService, 'counter');
    const half = '\u{1F475}'.slice(0, 1), birth_date = { year: 1940, month: 1, day: 31 };
    const error = await refused(elders('RegisterElder', { request_id: randomUUID(), parent: region, display_name: half, birth_date }));
    assert.equal(error.code, grpc.status.INVALID_ARGUMENT, error.message);
    const details = detailsOf(error);
    assert.equal(details.ErrorInfo.reason, 'INVALID_FIELD');
    assert.deepEqual(details.BadRequest.fieldViolations.map((violation) => violation.field), ['display_name']);
  });

  test('three bytes as a message are refused without a word in the log', async () => {
    const before = server.log();
    const client = new grpc.Client(server.address, grpc.credentials.createInsecure());
    const same = (bytes) => bytes, three = Buffer.from([0xff, 0xff, 0xff]);
    const error = await refused(new Promise((resolve, reject) => {
      const ended = (failed, answer) => failed ? reject(failed) : resolve(answer);
      client.makeUnaryRequest('/timebank.v1.ElderService/RegisterElder', same, same, three, ended);
    }));
    assert.equal(error.code, grpc.status.INVALID_ARGUMENT, error.message);
    assert.equal(detailsOf(error).ErrorInfo.reason, 'MESSAGE_UNREADABLE');
    client.close();
    assert.equal(server.log(), before);
  });
});

test('a voucher: funded, issued, redeemed, refunded, voided', async () => {
  const funds = await as(v1.FundService, 'finance_maker'), vouchers = await as(v1.VoucherService, 'finance_maker'), elders = await as(v1.ElderService, 'counter');
  const fund = await funds('CreateFund', { request_id: randomUUID(), parent: region, fund_id: 'interop', kind: 'FUND_KIND_DONATION', display_name: 'Interop' });
  const accounts = await as(v1.BankAccountService, 'administrator');
  await accounts('SetBankAccount', {
    request_id: randomUUID(), name: `${region}/bankAccounts/main`, holder_name: '演示民政局', account_number: '6222000000000001', bank_name: '演示银行', bank_code: '102100099996' });
  await funds('RecordReceipt', { request_id: randomUUID(), fund: fund.name, amount: yuan(1_000), bank_account: 'main', received_date: { year: 2026, month: 10, day: 1 } });
  const programme = await funds('CreateProgramme', {
    request_id: randomUUID(), parent: region, programme_id: 'interop-meals', display_name: 'Interop', scheme: 'PROGRAMME_SCHEME_UNIT_VOUCHER', service_types: ['SERVICE_TYPE_MEAL'],
    monthly_quota: { value: '4', unit: 'MEAL' }, contract_price: yuan(12), eligibility: { min_age: 100 },
  });
  await funds('AllotFunds', { request_id: randomUUID(), programme: programme.name, by_amounts: { lines: [{ fund: fund.name, amount: yuan(500) }] } });
  const elder = await elders('RegisterElder', { request_id: randomUUID(), parent: region, display_name: 'Interop', birth_date: { year: 1925, month: 5, day: 4 } });

  const issue = { request_id: randomUUID(), programme: programme.name, month: october };
  const progress = await vouchers('IssueVouchers', issue);
  assert.equal(progress.at(-1).summary.changed, '1');
  const { vouchers: [voucher] } = await vouchers('ListVouchers', { parent: region, elder: elder.name });
  assert.deepEqual(voucher.remaining, { value: '4', unit: 'MEAL' });

  const provider = await (await as(v1.ProviderService, 'administrator'))('RegisterProvider', {
    request_id: randomUUID(), parent: region, display_name: 'Interop', service_types: ['SERVICE_TYPE_MEAL'],
    accreditation: { first_day: { year: 2026, month: 1, day: 1 }, last_day: { year: 2027, month: 12, day: 31 } },
  });
  const clerk = await as(v1.VoucherService, 'provider_clerk', provider.name);
  const redeem = { request_id: randomUUID(), voucher: voucher.name, provider: provider.name, item: 'meal-canteen', quantity: 3, price: yuan(40) };
  const { redemption, remaining } = await clerk('RedeemVoucher', redeem);
  // The voucher pays at most 12.00 for each of three meals; the elder pays the rest.
  assert.deepEqual([redemption.paid_by_voucher, redemption.credited, redemption.own_part, remaining], [{ value: '3', unit: 'MEAL' }, yuan(36), yuan(4), { value: '1', unit: 'MEAL' }]);
  const again = await clerk('RedeemVoucher', redeem);
  assert.equal(again.redemption.name, redemption.name, 'the same request id does nothing twice');
  const other = await refused(clerk('RedeemVoucher', { ...redeem, quantity: 1 }));
  assert.equal(detailsOf(other).ErrorInfo.reason, 'REQUEST_ID_REUSED');
  const tooMany = await refused(clerk('RedeemVoucher', { ...redeem, request_id: randomUUID(), quantity: 2 }));
  assert.equal(detailsOf(tooMany).ErrorInfo.reason, 'INSUFFICIENT_BALANCE');

  const refund = await clerk('RefundRedemption', { request_id: randomUUID(), redemption: redemption.name, memo: 'interop' });
  assert.equal(refund.redemption.state, 'REDEMPTION_STATE_REFUNDED');

  // One of them over HTTP, by a client that knows nothing but the document.
  const http = await described('provider_clerk', provider.name), [, of, , id] = voucher.name.split('/');
  const { voucher: _, ...body } = { ...redeem, request_id: randomUUID(), quantity: 1, price: yuan(10) };
  const posted = await http.VoucherService_RedeemVoucher({ region: of, voucher: id }, body);
  assert.deepEqual([posted.status, posted.data.remaining], [200, { value: '3', unit: 'MEAL' }]);
  const misspelt = await refused(http.VoucherService_RedeemVoucher({ region: of, voucher: id }, { ...body, validateOnyl: true }));
  assert.equal(misspelt.response.data.error.details.find((detail) => detail.reason).reason, 'INVALID_FIELD');
  const ended = await vouchers('VoidVoucher', { request_id: randomUUID(), voucher: voucher.name, memo: 'interop' });
  assert.equal(ended.voucher.state, 'VOUCHER_STATE_VOIDED');

  const { units, money } = await funds('GetProgrammeReport', { programme: programme.name });
  assert.deepEqual([units.issued.value, units.redeemed.value, units.voided.value, units.remaining.value], ['4', '1', '3', '0']);
  assert.deepEqual([money.issued, money.redeemed, money.released, money.voided], [yuan(48), yuan(10), yuan(2), yuan(36)]);
});

test('an hour: issued, asked for, held, served, confirmed, donated', async () => {
  const elders = await as(v1.ElderService, 'counter'), scenario = await as(v1.ScenarioService, 'administrator');
  const elder = await elders('RegisterElder', {
    request_id: randomUUID(), parent: region, display_name: 'Interop', birth_date: { year: 1940, month: 1, day: 31 }, difficulties: ['DIFFICULTY_LIVES_ALONE', 'DIFFICULTY_EMPTY_NEST'],
  });
  const staff = await as(v1.VolunteerService, 'counter');
  const volunteer = await staff('EnrolVolunteer', { request_id: randomUUID(), parent: region, display_name: 'Interop', birth_date: { year: 1990, month: 7, day: 1 } });
  await (await as(v1.ElderService, 'finance_maker'))('IssueHours', { request_id: randomUUID(), parent: region, month: october, elder: elder.name });

  const asElder = await as(v1.ServiceOrderService, 'elder', elder.name), asVolunteer = await as(v1.ServiceOrderService, 'volunteer', volunteer.name);
  const { name: order } = await asElder('RequestService', { request_id: randomUUID(), recipient: elder.name, item: 'companionship', planned_start_time: time('2026-10-01T09:00:00+08:00'), planned: minutes(90) });
  await asVolunteer('AcceptOrder', { request_id: randomUUID(), order, volunteer: volunteer.name });
  const hours = await as(v1.VolunteerService, 'auditor');
  const held = await hours('GetHours', { person: elder.name });
  assert.deepEqual([held.issued, held.held, held.available], [minutes(240), minutes(90), minutes(150)]);

  const early = await refused(asVolunteer('CheckIn', { request_id: randomUUID(), order }));
  assert.equal(detailsOf(early).ErrorInfo.reason, 'ORDER_TOO_EARLY');
  await scenario('AdvanceClock', { request_id: randomUUID(), to: time('2026-10-01T09:00:00+08:00') });
  await asVolunteer('CheckIn', { request_id: randomUUID(), order });
  await scenario('AdvanceClock', { request_id: randomUUID(), to: time('2026-10-01T10:25:00+08:00') });
  await asVolunteer('CheckOut', { request_id: randomUUID(), order });
  // 85 minutes are rounded down to five quarters of an hour.
  const confirmed = await asElder('ConfirmOrder', { request_id: randomUUID(), order });
  assert.deepEqual([confirmed.state, confirmed.credited], ['ORDER_STATE_CONFIRMED', minutes(75)]);

  const own = await as(v1.VolunteerService, 'volunteer', volunteer.name);
  await own('DonateHours', { request_id: randomUUID(), volunteer: volunteer.name, amount: minutes(30), memo: 'interop' });
  const after = await own('GetHours', { person: volunteer.name });
  assert.deepEqual([after.earned, after.lifetime], [minutes(45), minutes(75)]);
  const statement = await own('GetHourStatement', { person: volunteer.name, period: { first_day: { year: 2026, month: 10, day: 1 }, last_day: { year: 2026, month: 10, day: 31 } } });
  assert.deepEqual(statement.postings.map((posting) => posting.code), ['RENDER_SERVICE', 'DONATE_HOURS']);
  assert.deepEqual(statement.closing, { amount: minutes(45), side: 'SIDE_CREDIT' });
});

test('in the end every unit still sums to zero', async () => {
  const ledger = await as(v1.LedgerService, 'auditor');
  const { units } = await ledger('GetTrialBalance', { parent: region });
  assert.ok(units.length >= 3);
  for (const unit of units) assert.deepEqual(unit.debit_balances, unit.credit_balances, unit.unit);
});
