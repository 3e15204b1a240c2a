// What src/TimeBank.Proofs reads and writes, for a browser: voucher codes, offline receipts and the terminals' list. A refusal has the name
// that TimeBank.Proofs gives it.

import { base64, Broken, concat, ED25519, envelope, equal, hex, open, readMap, sha256, toSign, utf8, verifies, writeMap } from './cose.js';

const LETTERS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ', BASE45 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:';
const MAX_CODE = 200, MAX_RECEIPT = 600, MAX_NOTE = 1 << 20, MAX_SIGNATURES = 100;
const MAX_LONG = (1n << 63n) - 1n, MAX_NUMBER = (1n << 53n) - 1n, MAX_INT = 0x7fffffffn;
const PREFIX = 'TBV1:', MONEY = 'CNY', DAY_MS = 86_400_000;
export const MAX_QUANTITY = 1_000n;

/** A list or a key that is none; the message says why. */
export class Unreadable extends Error {}

// Ids: twelve letters of Crockford's base 32 are a number of 60 bits.

export const isId = (text) => text.length === 12 && [...text].every((letter) => LETTERS.includes(letter));

export const valueOf = (id) => [...id].reduce((value, letter) => value << 5n | BigInt(LETTERS.indexOf(letter)), 0n);

function idOf(value) {
  let id = '';
  for (let at = 0, rest = value; at < 12; at++, rest >>= 5n) id = LETTERS[Number(rest & 31n)] + id;
  return id;
}

/** An id as people read it: with its check character, in groups of four. See VoucherNumber in TimeBank.Proofs. */
export function numberOf(id) {
  const sum = [...id].reduce((value, letter) => {
    const twice = (value ^ LETTERS.indexOf(letter)) << 1;
    return twice < 32 ? twice : twice ^ 0b100101;
  }, 0);
  return (id + LETTERS[sum]).match(/.{1,4}/g).join('-');
}

function bigEndian(value, length) {
  const bytes = new Uint8Array(length);
  for (let at = length - 1, rest = value; at >= 0; at--, rest >>= 8n) bytes[at] = Number(rest & 0xffn);
  return bytes;
}

// Keys and signed notes: c2sp.org/signed-note.

function canonicalBase64(text, what) {
  try {
    const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
    if (base64(bytes) === text) return bytes;
  } catch { /* said below */ }
  throw new Unreadable(`The ${what} is not canonical base64.`);
}

function canonicalNumber(text, what) {
  if (!/^(0|[1-9][0-9]{0,18})$/.test(text) || BigInt(text) > MAX_LONG) throw new Unreadable(`The ${what} is no number.`);
  return BigInt(text);
}

function smallNumber(text, what) {
  const number = canonicalNumber(text, what);
  if (number > MAX_INT) throw new Unreadable(`The ${what} is out of range.`);
  return number;
}

function keyName(text) {
  if (text.length === 0 || /[\s\p{Cc}+\u0085]/u.test(text)) throw new Unreadable('A key\'s name is empty or has a blank or a plus in it.');
  return text;
}

/** What names a key beside its name: c2sp.org/signed-note. */
const keyIdOf = async (name, typed) => (await sha256(concat(utf8.encode(`${name}\n`), typed))).subarray(0, 4);

/** A verifier key: name+id+base64(type, public key). */
export async function readKey(text) {
  const [, name, id, encoded] = /^([^+]*)\+([^+]*)\+(.*)$/s.exec(text) ?? [];
  if (encoded === undefined) throw new Unreadable('A verifier key has three parts: name+id+key.');
  keyName(name);
  const typed = canonicalBase64(encoded, 'verifier key');
  if (typed.length !== 33 || (typed[0] !== 1 && typed[0] !== 4)) throw new Unreadable('This is no Ed25519 key.');
  const digest = await keyIdOf(name, typed);
  if (hex(digest) !== id) throw new Unreadable('The verifier key\'s id is not that of its name and key.');
  return { text, name, id, digest, type: typed[0], publicKey: typed.subarray(1) };
}

/** The Ed25519 key of a name, as readKey reads it. */
async function keyText(name, publicKey) {
  const typed = concat(Uint8Array.of(1), publicKey);
  return `${name}+${hex(await keyIdOf(name, typed))}+${base64(typed)}`;
}

async function readNote(note, keys) {
  if (utf8.encode(note).length > MAX_NOTE) throw new Unreadable('The note is too long.');
  if (/[\u0000-\u0009\u000b-\u001f]/.test(note)) throw new Unreadable('The note has a control character in it.');
  const end = note.lastIndexOf('\n\n');
  if (end < 0 || !note.endsWith('\n') || end + 2 > note.length - 1) throw new Unreadable('The note has no signature.');
  const text = note.slice(0, end + 1), lines = note.slice(end + 2, -1).split('\n');
  if (lines.length > MAX_SIGNATURES) throw new Unreadable('The note has too many signatures.');
  const signatures = lines.map((line) => {
    const [mark, name, encoded, more] = line.split(' ');
    if (mark !== '—' || encoded === undefined || more !== undefined) throw new Unreadable('A signature line is none.');
    const bytes = canonicalBase64(encoded, 'signature');
    if (bytes.length <= 4) throw new Unreadable('A signature line has no signature.');
    return { name: keyName(name), id: hex(bytes.subarray(0, 4)), bytes: bytes.subarray(4) };
  });
  let isSigned = false;
  for (const one of signatures) {
    // Who else signed it means nothing here.
    const named = keys.filter((key) => one.name === key.name && one.id === key.id);
    if (named.length === 0) continue;
    const found = await Promise.all(named.map((key) => verifies(key.publicKey, one.bytes, utf8.encode(text))));
    if (!found.includes(true)) throw new Unreadable('The list\'s signature is wrong.');
    isSigned = true;
  }
  if (!isSigned) throw new Unreadable(`The list is not signed by ${keys[0].name}, the region's key that this terminal trusts.`);
  return text;
}

/**
 * Verifies the region's list with the keys that the terminal trusts, one at least and all of one name, and reads it. Its signers are the
 * keys that may sign the next one: TerminalList.Signers.
 */
export async function readList(note, ...trusted) {
  const keys = await Promise.all(trusted.map(readKey)), [{ name }] = keys;
  if (keys.some((key) => key.type !== 1)) throw new Unreadable('The region\'s key is of another kind.');
  const lines = (await readNote(note, keys)).slice(0, -1).split('\n');
  if (lines.length < 4 || lines[0] !== name || !name.endsWith('/terminals')) throw new Unreadable(
    'The note is signed and is no list for terminals.');
  const [voucherMax, deviceMax, hours] = parts(lines[3], 'limits', 3).map((text) => canonicalNumber(text, 'limit'));
  const made = canonicalNumber(lines[2], 'list\'s time');
  if (made > 253_402_300_799n || hours > MAX_INT) throw new Unreadable('The list\'s time is out of range.');
  const list = {
    number: canonicalNumber(lines[1], 'list\'s number'), made: Number(made), voucherMax, deviceMax, hours: Number(hours),
    keys: [], items: [], ratios: new Map(), checks: [], devices: new Set(), vouchers: new Set(),
  };
  // One list has one text: the kinds follow each other, and where order means nothing the lines ascend.
  let turn = 0, before = '';
  for (const line of lines.slice(4)) {
    const kind = line.split(' ')[0], at = ['key', 'item', 'ratio', 'check', 'device', 'voucher'].indexOf(kind);
    if (at < turn) throw new Unreadable('The list has lines that this version doesn\'t know.');
    if (at > turn) [turn, before] = [at, ''];
    if (kind === 'key') list.keys.push(await readKey(parts(line, kind, 1)[0]));
    if (kind === 'item') {
      const [id, type, unit, ceiling, contract] = parts(line, kind, 5);
      list.items.push({
        id, type: smallNumber(type, 'service type'), unit, ceiling: canonicalNumber(ceiling, 'ceiling'),
        contract: canonicalNumber(contract, 'contract price'),
      });
    }
    if (kind === 'ratio') {
      const [place, percent] = parts(line, kind, 2).map((text) => smallNumber(text, 'ratio'));
      if (before !== '' && place <= before) throw new Unreadable('The list\'s ratios don\'t ascend.');
      list.ratios.set(before = place, percent);
    }
    if (kind === 'check') {
      const [type, from, needs] = parts(line, kind, 3);
      list.checks.push({
        type: smallNumber(type, 'service type'), from: canonicalNumber(from, 'amount'), needs: smallNumber(needs, 'check'),
      });
    }
    if (kind === 'device' || kind === 'voucher') {
      const [id] = parts(line, kind, 1);
      if (before !== '' && id <= before) throw new Unreadable(`The list's lines of ${kind}s don't ascend.`);
      list[`${kind}s`].add(before = id);
    }
  }
  return { ...list, signers: await Promise.all(list.keys.map((key) => keyText(name, key.publicKey))) };
}

function parts(line, kind, count) {
  const [first, ...rest] = line.split(' ');
  if (first !== kind || rest.length !== count) throw new Unreadable(`A line of the list is not ‘${kind}' and ${count} values.`);
  return rest;
}

// Voucher codes.

/** The region whose vouchers a key signs; null for a key of another kind. */
const regionOf = (key) => (key.type === 1 ? /\/([0-9]{6})\/vouchers$/.exec(key.name)?.[1] ?? null : null);

function decode45(text) {
  const bytes = [];
  for (let at = 0; at < text.length; at += 3) {
    const group = [...text.slice(at, at + 3)].reduceRight((sum, letter) => sum * 45 + BASE45.indexOf(letter), 0);
    const isWhole = at + 3 <= text.length;
    if (at + 1 === text.length || group > (isWhole ? 0xffff : 0xff)) throw new Broken('NotBase45');
    if (isWhole) bytes.push(group >> 8);
    bytes.push(group & 0xff);
  }
  return Uint8Array.from(bytes);
}

/** Reads a voucher's code: { status, claims }. The claims are there only if the status is Genuine. */
export async function readCode(text, keys) {
  try {
    if (text.length > MAX_CODE) throw new Broken('TooLong');
    if (!text.startsWith(PREFIX)) throw new Broken('OtherPrefix');
    const letters = text.slice(PREFIX.length);
    if ([...letters].some((letter) => !BASE45.includes(letter))) throw new Broken('WrongLetter');
    const sealed = open(decode45(letters), 5);
    const named = keys.filter((key) => regionOf(key) !== null
      && equal(concat(bigEndian(BigInt(regionOf(key)), 3), key.digest.subarray(0, 2)), sealed.keyId));
    if (named.length === 0) throw new Broken('UnknownKey');
    for (const key of named) {
      if (await sealed.isSignedBy(key.publicKey)) return { status: 'Genuine', claims: readClaims(sealed.payload, regionOf(key)) };
    }
    throw new Broken('BadSignature');
  } catch (error) {
    if (error instanceof Broken) return { status: error.status, claims: null };
    throw error;
  }
}

function readClaims(payload, region) {
  const fields = readMap(payload), isMoney = fields.has(4), expected = isMoney ? [1, 2, 3, 4, 7, 8] : [1, 2, 3, 5, 6, 7, 8];
  if ([...fields.keys()].some((key) => !expected.includes(key))) throw new Broken('UnknownField');
  if (expected.some((key) => !fields.has(key))) throw new Broken('MissingField');
  const [voucher, elder, services, useBy, serial] = [1, 2, 3, 7, 8].map((key) => fields.get(key));
  const amount = fields.get(isMoney ? 4 : 5), unit = isMoney ? MONEY : fields.get(6);
  if ([voucher, services, amount, useBy, serial].some((value) => typeof value !== 'bigint') || !(elder instanceof Uint8Array)
    || typeof unit !== 'string') throw new Broken('WrongShape');
  const isInRange = isWithin(voucher, (1n << 60n) - 1n) && elder.length === 6 && isWithin(services, 0xffffffffn) && services > 0n
    && (services & 1n) === 0n && isWithin(amount, isMoney ? 0xffffffffn : 0xffffn) && /^[A-Z]{2,8}$/.test(unit)
    && (isMoney || unit !== MONEY) && isWithin(useBy, 0xffffn) && isWithin(serial, 0xffffffffn);
  if (!isInRange) throw new Broken('OutOfRange');
  return { region, voucher: idOf(voucher), elder: hex(elder), services, amount, unit, isMoney, useBy: dayOf(Number(useBy)), serial };
}

const isWithin = (value, most) => value >= 0n && value <= most;
const dayOf = (days) => new Date(days * DAY_MS).toISOString().slice(0, 10);

/** What a voucher pays by the list for an item, and what the elder pays: TerminalList.Share; null: it doesn't pay for the item. */
export function share(list, item, voucher, quantity, price, insurance, place, left) {
  if (item.unit !== voucher.unit || (voucher.services >> item.type & 1n) !== 1n) return null;
  const own = price - insurance;
  if (!voucher.isMoney) return { taken: quantity, elder: own - least(own, item.contract * quantity) };
  const considered = least(price, item.ceiling * quantity) - insurance, ratio = list.ratios.get(place) ?? 0n;
  const taken = least((considered > 0n ? considered : 0n) * ratio / 100n, left);
  return { taken, elder: own - taken };
}

/** What the elder has to show for a payment, by the contract's number: TerminalList.Needs; 0n: nothing. */
export function needsOf(list, item, voucher, taken) {
  const worth = voucher.isMoney ? taken : taken * item.contract;
  return list.checks.find((check) => (check.type === 0n || check.type === item.type) && worth >= check.from)?.needs ?? 0n;
}

/** What a terminal sees: the voucher's code. More needs a network. */
export const CODE_ALONE = 1n;

export const least = (one, other) => (one < other ? one : other);

// Offline receipts.

/** The receipt's bytes, by the device's key. A field that is out of range is our own fault, and ends here. */
export async function signReceipt(receipt, privateKey) {
  const { region, device, provider, counter, previous, code, item, quantity, price, insurance, place, taken } = receipt;
  const { clock, list, synced } = receipt;
  const isInRange = /^[0-9]{6}$/.test(region) && isId(device) && isId(provider) && counter >= 1n && counter <= MAX_NUMBER
    && (previous === null) === (counter === 1n) && (previous === null || previous.length === 32)
    && code.length <= MAX_CODE && code.startsWith(PREFIX) && /^[a-z0-9-]{1,40}$/.test(item)
    && quantity >= 1n && quantity <= MAX_QUANTITY && price >= 1n && price <= MAX_NUMBER && insurance >= 0n && insurance <= price
    && isWithin(place, 23n) && taken >= 1n && taken <= MAX_NUMBER && isWithin(clock, 253_402_300_799n)
    && isWithin(list, MAX_NUMBER) && synced >= 0n && synced < counter;
  if (!isInRange) throw new RangeError('One of the receipt\'s fields is out of range.');
  const header = writeMap([[1, -8n], [4, concat(bigEndian(BigInt(region), 3), bigEndian(valueOf(device), 8))]]);
  const payload = writeMap([[1, valueOf(provider)], [2, counter], ...(previous === null ? [] : [[3, previous]]), [4, code], [5, item],
    [6, quantity], [7, price], [8, insurance], [9, place], [10, taken], [11, clock], [12, list], [13, synced]]);
  const signature = new Uint8Array(await crypto.subtle.sign(ED25519, privateKey, toSign(header, payload)));
  const signed = envelope(header, payload, signature);
  if (signed.length > MAX_RECEIPT) throw new RangeError('The receipt is too long.');
  return signed;
}

/** The beginning of a device key's SHA-256, in groups that people can compare. */
export const fingerprintOf = async (publicKey) => hex(await sha256(publicKey)).slice(0, 16).match(/.{4}/g).join('-');

/** A key that never leaves this browser; the list of browsers that can do so grows, and others throw here. */
export async function makeKey() {
  const { privateKey, publicKey } = await crypto.subtle.generateKey(ED25519, false, ['sign', 'verify']);
  return { privateKey, publicKey: new Uint8Array(await crypto.subtle.exportKey('raw', publicKey)) };
}
