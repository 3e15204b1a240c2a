// Checks a receipt (c2sp.org/tlog-proof, version 1) in the browser, by the steps of src/TimeBank.Proofs. Nothing leaves the browser; only
// if the reader asks for the key that this server publishes is that key fetched.

const MAX_BYTES = 1 << 20, MAX_SIGNATURES = 100, MAX_HASHES = 63, MAX_KEYS = 10, SALT_BYTES = 16, ED25519 = 1;
const FIRST_LINE = 'c2sp.org/tlog-proof@v1';

/** What is wrong, in both languages. */
class Wrong extends Error {
  constructor(zh, en) { super(en); this.zh = zh; this.en = en; }
}

const utf8 = new TextEncoder();

function concat(...parts) {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) { all.set(part, at); at += part.length; }
  return all;
}

const equal = (left, right) => left.length === right.length && left.every((byte, at) => byte === right[at]);

const sha256 = async (bytes) => new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));

/** Base64 with one spelling alone: what is written again from its bytes must be the same text. */
function base64(text, zh, en) {
  try {
    const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
    if (encode(bytes) === text) return bytes;
  } catch { /* said below */ }
  throw new Wrong(`${zh}不是规范的 base64，可能缺字或被改动。`, `The ${en} is not proper base64: letters are missing or changed.`);
}

function encode(bytes) {
  let binary = '';
  for (let at = 0; at < bytes.length; at += 8192) binary += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return btoa(binary);
}

function hashOf(text) {
  const bytes = base64(text, '收据里的散列', 'receipt’s hash');
  if (bytes.length !== 32) throw new Wrong('收据里的散列长度不对。', 'A hash of the receipt has the wrong length.');
  return bytes;
}

function numberOf(text) {
  if (!/^(0|[1-9][0-9]{0,18})$/.test(text) || BigInt(text) >= 1n << 63n)
    throw new Wrong('收据里的序号不对。', 'A number of the receipt is none.');
  return BigInt(text);
}

function parseKey(line) {
  const at = line.indexOf('+'), then = line.indexOf('+', at + 1);
  if (at < 1 || then < 0) throw new Wrong('公钥格式不对，应为“名称+编号+公钥”。', 'This is no verifier key: it must be name+id+key.');
  const name = line.slice(0, at), id = line.slice(at + 1, then), typed = base64(line.slice(then + 1), '公钥', 'key');
  if (/[\s\p{Cc}]/u.test(name)) throw new Wrong('公钥的名称里有空格。', 'The key’s name has a blank.');
  if (typed.length !== 33 || typed[0] !== ED25519) throw new Wrong('这不是账簿的 Ed25519 公钥。', 'This is not a journal’s Ed25519 key.');
  return { name, id, typed };
}

async function parseKeys(text) {
  const lines = text.split('\n').map((line) => line.trim()).filter((line) => line.length > 0);
  if (lines.length === 0) throw new Wrong('没有填公钥。', 'There is no key.');
  if (lines.length > MAX_KEYS) throw new Wrong('公钥太多。', 'There are too many keys.');
  const keys = lines.map(parseKey);
  for (const key of keys) {
    const digest = await sha256(concat(utf8.encode(`${key.name}\n`), key.typed));
    const id = [...digest.subarray(0, 4)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
    if (id !== key.id) throw new Wrong('公钥的编号与公钥不符，可能抄错了。', 'The key’s id does not fit it: it may be copied wrongly.');
  }
  return keys;
}

function parseSignature(line) {
  const [mark, name, encoded, more] = line.split(' ');
  if (mark !== '—' || !encoded || more !== undefined) throw new Wrong('收据的签名行不对。', 'A signature line of the receipt is none.');
  const bytes = base64(encoded, '签名', 'signature');
  if (bytes.length <= 4) throw new Wrong('收据的签名太短。', 'A signature of the receipt is too short.');
  return { name, id: [...bytes.subarray(0, 4)].map((byte) => byte.toString(16).padStart(2, '0')).join(''), bytes: bytes.subarray(4) };
}

export function parseReceipt(bytes) {
  if (bytes.length === 0) throw new Wrong('没有收据。', 'There is no receipt.');
  if (bytes.length > MAX_BYTES) throw new Wrong('内容太长，不是收据。', 'This is too long for a receipt.');
  let text;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new Wrong('内容不是文本，不是收据。', 'This is not text, so no receipt.');
  }
  if (/[\u0000-\u0009\u000b-\u001f]/.test(text)) throw new Wrong('收据里有控制字符。', 'The receipt has a control character.');
  const end = text.indexOf('\n\n');
  if (end < 0) throw new Wrong('收据不完整：缺少签名部分。', 'The receipt is cut short: its signed part is missing.');
  const lines = text.slice(0, end).split('\n');
  if (lines.shift() !== FIRST_LINE)
    throw new Wrong(`这不是收据：第一行应为 ${FIRST_LINE}。`, `This is no receipt: its first line must be ${FIRST_LINE}.`);
  const extra = lines[0]?.startsWith('extra ') ? base64(lines.shift().slice(6), '收据里的分录', 'receipt’s entry') : new Uint8Array();
  if (!lines[0]?.startsWith('index ')) throw new Wrong('收据缺少序号。', 'The receipt has no index.');
  const index = numberOf(lines.shift().slice(6));
  if (lines.length > MAX_HASHES) throw new Wrong('收据的散列太多。', 'The receipt has too many hashes.');
  const hashes = lines.map(hashOf), note = text.slice(end + 2), cut = note.lastIndexOf('\n\n');
  if (cut < 0 || !note.endsWith('\n')) throw new Wrong('收据不完整：缺少签名。', 'The receipt is cut short: its signature is missing.');
  const signatures = note.slice(cut + 2, -1).split('\n');
  if (signatures.length > MAX_SIGNATURES) throw new Wrong('收据的签名太多。', 'The receipt has too many signatures.');
  return { extra, index, hashes, signed: note.slice(0, cut + 1), signatures: signatures.map(parseSignature) };
}

function parseHead(text) {
  const [origin, size, root, ...rest] = text.slice(0, -1).split('\n');
  if (!origin || root === undefined || rest.includes('')) throw new Wrong('签名的内容不是账簿的状态。', 'What is signed is no state of a journal.');
  return { origin, size: numberOf(size), root: hashOf(root) };
}

async function isSignedBy(receipt, keys) {
  let found = false;
  for (const signature of receipt.signatures) {
    const named = keys.filter((key) => key.name === signature.name && key.id === signature.id);
    if (named.length === 0) continue;
    let fits = false;
    for (const key of named) {
      const verifier = await crypto.subtle.importKey('raw', key.typed.subarray(1), { name: 'Ed25519' }, false, ['verify']);
      fits ||= await crypto.subtle.verify({ name: 'Ed25519' }, verifier, signature.bytes, utf8.encode(receipt.signed));
    }
    if (!fits) throw new Wrong('签名不对：收据被改过，或签名是伪造的。', 'The signature is wrong: the receipt was changed, or the signature is forged.');
    found = true;
  }
  if (!found) throw new Wrong('收据上没有这把公钥的签名。', 'The receipt has no signature of this key.');
}

async function leadsToRoot(receipt, head, leaf) {
  if (receipt.index >= head.size) throw new Wrong('签名的账簿还没有这么多分录。', 'The signed journal has no entry of this index.');
  const inner = (receipt.index ^ (head.size - 1n)).toString(2).replace(/^0$/, '').length;
  const right = [...(receipt.index >> BigInt(inner)).toString(2)].filter((bit) => bit === '1').length;
  if (receipt.hashes.length < inner + right) throw new Wrong('收据的散列少了。', 'The receipt lacks hashes.');
  if (receipt.hashes.length > inner + right) throw new Wrong('收据的散列多了。', 'The receipt has hashes too many.');
  let node = leaf;
  for (const [at, hash] of receipt.hashes.entries()) {
    const isRight = at >= inner || (receipt.index >> BigInt(at)) % 2n === 1n;
    node = await sha256(concat([1], ...(isRight ? [hash, node] : [node, hash])));
  }
  if (!equal(node, head.root))
    throw new Wrong('分录或散列被改过，算不出签名的根值。', 'The entry or a hash was changed: they do not lead to the signed root.');
}

/** @returns {{steps: {good: boolean, zh: string, en: string}[], sound: boolean, index?: bigint, head?: object, entry?: string}} */
export async function check(bytes, keyText) {
  const steps = [];
  const good = (zh, en) => steps.push({ good: true, zh, en });
  try {
    const receipt = parseReceipt(bytes);
    good('收据的格式正确。', 'The receipt is well-formed.');
    const keys = await parseKeys(keyText);
    good(`公钥可用：${keys.map((key) => key.name).join('、')}。`, `The key can be used: ${keys.map((key) => key.name).join(', ')}.`);
    await isSignedBy(receipt, keys);
    good('签名是这把公钥的主人签的。', 'The signature was made by the owner of this key.');
    const head = parseHead(receipt.signed);
    if (!keys.some((key) => key.name === head.origin)) throw new Wrong('签名的是另一本账簿。', 'The signature is of another journal than the key’s.');
    await isSignedBy(receipt, keys.filter((key) => key.name === head.origin));
    good(`签的是账簿 ${head.origin}，当时有 ${head.size} 笔分录。`, `It signs the journal ${head.origin}, which then had ${head.size} entries.`);
    if (receipt.extra.length <= SALT_BYTES) throw new Wrong(
      '收据里没有分录原文，这里不能再往下核对。持有原文的人可用 timebank check 核对。',
      'The receipt does not hold the entry, so it can’t be checked further here. Whoever has the entry can check it with timebank check.');
    const leaf = await sha256(concat([0], await sha256(receipt.extra)));
    good('由分录原文算出了它的散列。', 'The entry’s hash was worked out from the entry itself.');
    await leadsToRoot(receipt, head, leaf);
    good(`散列通到签名的根值：这正是账簿的第 ${receipt.index} 笔。`, `The hash leads to the signed root: this is entry ${receipt.index} of the journal.`);
    return { steps, sound: true, index: receipt.index, head, entry: new TextDecoder().decode(receipt.extra.subarray(SALT_BYTES)) };
  } catch (wrong) {
    if (!(wrong instanceof Wrong)) throw wrong;
    steps.push({ good: false, zh: wrong.zh, en: wrong.en });
    return { steps, sound: false };
  }
}

/** The region at the end of the journal's name, such as 430211 of timebank.example/430211; empty if there is none. */
export function regionOf(bytes) {
  try {
    return /\/([0-9]{6})$/.exec(parseReceipt(bytes).signed.split('\n')[0])?.[1] ?? '';
  } catch {
    return '';
  }
}

async function canCheck() {
  try {
    await crypto.subtle.importKey('raw', new Uint8Array(32), { name: 'Ed25519' }, false, ['verify']);
    return true;
  } catch {
    return false;
  }
}

/** The entry's facts in plain words; empty if its bytes are not an entry that this page knows. */
export function factsOf(text, t, words) {
  let entry;
  try {
    entry = JSON.parse(text);
  } catch {
    return [];
  }
  if (entry === null || typeof entry !== 'object' || typeof entry.code !== 'string') return [];
  const code = entry.code.replace(/(?<=.)([A-Z])/g, '_$1').toUpperCase();
  const amounts = (Array.isArray(entry.transfers) ? entry.transfers : []).filter((one) => Number.isSafeInteger(one?.posted))
    .map((one) => amountOf(one.posted, String(one.unit), t, words));
  const time = new Date(entry.time);
  return [
    [t('事项', 'What'), words[code] ?? code],
    [t('记账时间', 'Recorded'), Number.isNaN(time.getTime()) ? '' : time.toLocaleString(t('zh-CN', 'en-GB'), { timeZone: 'Asia/Shanghai' })],
    [t('业务日期', 'Day'), String(entry.effective ?? '')],
    [t('数额', 'Amount'), [...new Set(amounts)].join(t('；', '; '))],
    [t('备注', 'Remark'), String(entry.memo ?? '')],
  ].filter(([, value]) => value.length > 0);
}

function amountOf(value, unit, t, words) {
  if (unit === 'CNY') return t(`${(value / 100).toFixed(2)}元`, `CNY ${(value / 100).toFixed(2)}`);
  const hours = Math.floor(value / 60), minutes = value % 60;
  if (unit === 'MIN' && hours === 0) return t(`${minutes}分钟`, `${minutes} min`);
  if (unit === 'MIN' && minutes === 0) return t(`${hours}小时`, `${hours} h`);
  if (unit === 'MIN') return t(`${hours}小时${minutes}分钟`, `${hours} h ${minutes} min`);
  return `${value} ${words[unit] ?? unit}`;
}

function show(place, result, t, words) {
  place.replaceChildren();
  place.className = `panel ${result.sound ? 'good' : 'fault'}`;
  const add = (name, text, to = place) => to.appendChild(Object.assign(document.createElement(name), { textContent: text }));
  add('h2', result.sound ? t('收据有效', 'The receipt is sound') : t('收据不能证明什么', 'The receipt proves nothing'));
  add('p', t('由您的浏览器核对，没有发送任何内容。', 'Your browser checked it; nothing was sent.'));
  const list = add('ol', '');
  for (const step of result.steps) add('li', `${step.good ? '✓' : '✗'} ${t(step.zh, step.en)}`, list);
  if (result.sound) {
    const facts = factsOf(result.entry, t, words), shown = add('dl', '');
    shown.className = 'facts';
    for (const [name, value] of facts) { add('dt', name, shown); add('dd', value, shown); }
    const details = add('details', '');
    add('summary', t('分录原文', 'The entry itself'), details);
    add('pre', result.entry, details);
  }
  place.hidden = false;
  place.focus();
}

async function start(form) {
  const zh = document.documentElement.lang.startsWith('zh'), t = (chinese, english) => (zh ? chinese : english);
  const place = document.querySelector('[data-check-result]'), words = JSON.parse(form.dataset.words);
  if (!(await canCheck())) {
    document.querySelector('[data-check-old]').hidden = false;
    return;
  }
  document.querySelector('[data-check-here]').hidden = false;
  form.addEventListener('input', () => form.elements['Sent.Key'].setCustomValidity(''));
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    event.stopPropagation();
    const key = form.elements['Sent.Key'], asksOwn = form.elements['Sent.KeyFrom'].value === 'own';
    key.setCustomValidity(asksOwn && key.value.trim() === ''
      ? t('请填写公告上的公钥，或选择用本服务器公布的公钥。', 'Give the key of the bureau’s notice, or choose the one that this server publishes.') : '');
    if (!key.reportValidity()) return;
    const file = form.elements['Sent.File'].files[0];
    const bytes = file ? (file.size > MAX_BYTES ? new Uint8Array(MAX_BYTES + 1) : new Uint8Array(await file.arrayBuffer()))
      : utf8.encode(form.elements['Sent.Receipt'].value.replaceAll('\r\n', '\n'));
    let keys = key.value;
    if (form.elements['Sent.KeyFrom'].value === 'server') {
      const region = regionOf(bytes);
      const answer = region ? await fetch(`/regions/${region}/verifier-keys`) : null;
      keys = answer?.ok ? await answer.text() : '';
    }
    show(place, await check(bytes, keys), t, words);
  });
}

if (typeof document !== 'undefined') start(document.querySelector('[data-check]'));
