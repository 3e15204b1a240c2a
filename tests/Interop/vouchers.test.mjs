// Prints one voucher, and reads the paper with other people's software: QR, base45, COSE and CBOR.
import assert from 'node:assert/strict';
import { createPublicKey } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { Sign1 } from '@auth0/cose';
import base45 from 'base45';
import { decode } from 'cborg';
import jsQR from 'jsqr';
import { PNG } from 'pngjs';
import { run, start } from './server.mjs';

const region = '430211', folder = mkdtempSync(path.join(os.tmpdir(), 'timebank-papers-'));
const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
let server, voucher, pdf;

before(async () => {
  server = await start();
  await server.tool('play', '--until', '2026-10-02', '--deadline', '300');
  voucher = JSON.parse(await server.tool('voucher', 'list', '--state', 'active', '--limit', '1', '--json', '--region', region)).vouchers[0];
  pdf = path.join(folder, 'voucher.pdf');
  await server.tool('voucher', 'print', voucher.name, '-o', pdf, '--region', region);
}, { timeout: 600_000 });
after(async () => {
  rmSync(folder, { recursive: true, force: true });
  await server?.stop();
});

/** The text of the QR code on the paper, as a scanner of 300 dpi sees it. */
async function scanned() {
  const drawn = path.join(folder, 'voucher');
  await run('pdftoppm', ['-r', '300', '-png', '-singlefile', pdf, drawn]);
  const picture = PNG.sync.read(readFileSync(`${drawn}.png`));
  return jsQR(new Uint8ClampedArray(picture.data), picture.width, picture.height).data;
}

/** A public key of the region's list, as Node's crypto takes it: name+id+base64(type, key). */
const publicKey = (line) => createPublicKey({
  key: Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), Buffer.from(line.split('+').slice(2).join('+'), 'base64').subarray(1)]), format: 'der', type: 'spki',
});

test('a printed voucher is read, verified and understood', async () => {
  const code = await scanned();
  assert.match(code, /^TBV1:/);
  assert.ok(code.length <= 200, code);
  const keys = (await (await fetch(`${server.http}/regions/${region}/voucher-keys`)).text()).trim().split('\n');
  const signed = Sign1.decode(new Uint8Array(base45.decode(code.slice(5))));
  await signed.verify(publicKey(keys[0]));
  await assert.rejects(signed.verify(publicKey((await (await fetch(`${server.http}/regions/${region}/verifier-keys`)).text()).trim())), 'the journal has another key');

  assert.deepEqual([...signed.protectedHeaders.keys()], [1, 4]);
  assert.equal(signed.protectedHeaders.get(1), -8);
  assert.equal(Buffer.from(signed.protectedHeaders.get(4)).readUIntBE(0, 3), Number(region));
  const claims = decode(new Uint8Array(signed.payload), { useMaps: true, strict: true, rejectDuplicateMapKeys: true });
  assert.deepEqual([...claims.keys()], [...claims.keys()].sort((a, b) => a - b));
  let id = '';
  for (let rest = BigInt(claims.get(1)), at = 0; at < 12; at++, rest >>= 5n) id = alphabet[Number(rest & 31n)] + id;
  assert.equal(voucher.name, `regions/${region}/vouchers/${id}`);
  assert.equal(claims.get(2).length, 6);
  const { year, month, day } = voucher.useBy;
  assert.equal(claims.get(7), Date.UTC(year, month - 1, day) / 86_400_000);
  const left = Number(voucher.remaining.value), offline = claims.get(4) ?? claims.get(5);
  assert.ok(offline >= 0 && offline <= left, `${offline} of ${left}`);
  if (voucher.remaining.unit === 'CNY') assert.ok(offline <= 5_000);
  else assert.equal(claims.get(6), voucher.remaining.unit);
});

test('the tool reads the same code without the server', async () => {
  const keys = (await (await fetch(`${server.http}/regions/${region}/voucher-keys`)).text()).trim();
  const checked = JSON.parse(await server.tool('voucher', 'check', await scanned(), '--key', keys.split('\n')[0], '--server', 'http://127.0.0.1:1', '--json'));
  assert.equal(checked.status, 'GENUINE');
  assert.equal(checked.voucher, voucher.name);
});
