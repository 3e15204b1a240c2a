// Deterministic CBOR and COSE_Sign1, as CoseSign1 and FlatMap in src/TimeBank.Proofs read and write them: one encoding alone is valid, and
// nothing signed is looked at before its signature. Numbers are BigInt, so that each is exact.

export const ED25519 = { name: 'Ed25519' };
const MAX_LONG = (1n << 63n) - 1n;

/** The rule that what was read breaks: a name of VoucherCodeStatus. */
export class Broken extends Error {
  constructor(status) { super(status); this.status = status; }
}

export const utf8 = new TextEncoder();

export function concat(...parts) {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) { all.set(part, at); at += part.length; }
  return all;
}

export const equal = (left, right) => left.length === right.length && left.every((byte, at) => byte === right[at]);
export const sha256 = async (bytes) => new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
export const hex = (bytes) => [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');

export function base64(bytes) {
  let binary = '';
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary);
}

export async function verifies(publicKey, signature, message) {
  const key = await crypto.subtle.importKey('raw', publicKey, ED25519, false, ['verify']);
  return crypto.subtle.verify(ED25519, key, signature, message);
}

// CBOR: RFC 8949 in the deterministic encoding of its section 4.2, as far as we need it.

const UNSIGNED = 0, NEGATIVE = 1, BYTES = 2, TEXT = 3, ARRAY = 4, MAP = 5, INDEFINITE = 31;

function head(major, number) {
  const first = major << 5, length = number < 24n ? 0 : number < 0x100n ? 1 : number < 0x10000n ? 2 : number < 0x100000000n ? 4 : 8;
  if (length === 0) return Uint8Array.of(first | Number(number));
  const bytes = new Uint8Array(1 + length);
  bytes[0] = first | { 1: 24, 2: 25, 4: 26, 8: 27 }[length];
  for (let at = length, rest = number; at > 0; at--, rest >>= 8n) bytes[at] = Number(rest & 0xffn);
  return bytes;
}

const writeBytes = (bytes) => concat(head(BYTES, BigInt(bytes.length)), bytes);

function writeText(text) {
  const bytes = utf8.encode(text);
  return concat(head(TEXT, BigInt(bytes.length)), bytes);
}

/** A map of small keys, ascending, to BigInt, bytes or text. */
export function writeMap(pairs) {
  return concat(head(MAP, BigInt(pairs.length)), ...pairs.flatMap(([key, value]) => [head(UNSIGNED, BigInt(key)),
    typeof value === 'bigint' ? (value < 0n ? head(NEGATIVE, -1n - value) : head(UNSIGNED, value))
      : typeof value === 'string' ? writeText(value) : writeBytes(value)]));
}

class Reader {
  #bytes; #at = 0;

  constructor(bytes) { this.#bytes = bytes; }

  get left() { return this.#bytes.length - this.#at; }

  /** The type and the length's form of what comes next. */
  peek() {
    if (this.left === 0 || this.#bytes[this.#at] === 0xff) throw new Broken('NotCbor');
    return { major: this.#bytes[this.#at] >> 5, form: this.#bytes[this.#at] & 31 };
  }

  number() {
    const { form } = this.peek();
    if (form < 24) { this.#at++; return BigInt(form); }
    const length = { 24: 1, 25: 2, 26: 4, 27: 8 }[form];
    if (length === undefined || this.left < 1 + length) throw new Broken('NotCbor');
    let value = 0n;
    for (const byte of this.#bytes.subarray(this.#at + 1, this.#at + 1 + length)) value = value << 8n | BigInt(byte);
    this.#at += 1 + length;
    return value;
  }

  /** How many items of at least so many bytes follow. */
  count(bytesEach) {
    const count = this.number();
    if (count * bytesEach > BigInt(this.left)) throw new Broken('NotCbor');
    return Number(count);
  }

  bytes() {
    const length = this.count(1n);
    this.#at += length;
    return this.#bytes.slice(this.#at - length, this.#at);
  }

  signed() {
    const { major } = this.peek(), value = this.number();
    if (value > MAX_LONG) throw new Broken('OutOfRange');
    return major === NEGATIVE ? -1n - value : value;
  }

  byteString() {
    const { major, form } = this.peek();
    if (major !== BYTES) throw new Broken('WrongShape');
    if (form === INDEFINITE) throw new Broken('IndefiniteLength');
    return this.bytes();
  }

  value() {
    const { major, form } = this.peek();
    switch (major) {
      case UNSIGNED: case NEGATIVE: return this.signed();
      case BYTES: case TEXT:
        if (form === INDEFINITE) throw new Broken('IndefiniteLength');
        return major === BYTES ? this.bytes() : new TextDecoder('utf-8', { ignoreBOM: true }).decode(this.bytes());
      case ARRAY: case MAP: throw new Broken('TooDeep');
      default: throw new Broken('WrongShape');
    }
  }
}

export function readMap(encoded) {
  const reader = new Reader(encoded), fields = new Map(), { major, form } = reader.peek();
  if (major !== MAP) throw new Broken('WrongShape');
  if (form === INDEFINITE) throw new Broken('IndefiniteLength');
  let last = -1;
  for (let left = reader.count(2n); left > 0; left--) {
    if (reader.peek().major !== UNSIGNED) throw new Broken('WrongShape');
    const number = reader.number();
    if (number > 23n) throw new Broken('UnknownField');
    const key = Number(number);
    if (fields.has(key)) throw new Broken('DuplicateKey');
    if (key < last) throw new Broken('KeysOutOfOrder');
    last = key;
    fields.set(key, reader.value());
  }
  if (reader.left > 0) throw new Broken('TrailingBytes');
  if (!equal(encoded, writeMap([...fields]))) throw new Broken('NotShortest');
  return fields;
}

// COSE_Sign1: RFC 9052, untagged, with an algorithm and a key id in its header.

export const envelope = (header, payload, signature) => concat(
  head(ARRAY, 4n), writeBytes(header), head(MAP, 0n), writeBytes(payload), writeBytes(signature));
export const toSign = (header, payload) => concat(
  head(ARRAY, 4n), writeText('Signature1'), writeBytes(header), writeBytes(new Uint8Array()), writeBytes(payload));

/** Reads the form, and nothing of the payload. */
export function open(bytes, keyIdBytes) {
  const reader = new Reader(bytes), first = reader.peek();
  if (first.major !== ARRAY) throw new Broken('WrongShape');
  if (first.form === INDEFINITE) throw new Broken('IndefiniteLength');
  if (reader.count(1n) !== 4) throw new Broken('WrongShape');
  const header = reader.byteString(), unprotected = reader.peek();
  if (unprotected.major !== MAP) throw new Broken('WrongShape');
  if (unprotected.form === INDEFINITE) throw new Broken('IndefiniteLength');
  if (reader.count(2n) > 0) throw new Broken('UnprotectedHeader');
  const payload = reader.byteString(), signature = reader.byteString();
  if (reader.left > 0) throw new Broken('TrailingBytes');
  if (signature.length !== 64) throw new Broken('WrongShape');
  if (!equal(bytes, envelope(header, payload, signature))) throw new Broken('NotShortest');
  const keyId = readHeader(header, keyIdBytes);
  return { keyId, payload, isSignedBy: (publicKey) => verifies(publicKey, signature, toSign(header, payload)) };
}

function readHeader(header, keyIdBytes) {
  let labels;
  try {
    labels = readMap(header);
  } catch (error) {
    if (error instanceof Broken && error.status === 'UnknownField') throw new Broken('OtherHeader');
    throw error;
  }
  if (labels.get(1) !== -8n) throw new Broken('OtherAlgorithm');
  const keyId = labels.get(4);
  if (labels.size !== 2 || !(keyId instanceof Uint8Array) || keyId.length !== keyIdBytes) throw new Broken('OtherHeader');
  return keyId;
}
