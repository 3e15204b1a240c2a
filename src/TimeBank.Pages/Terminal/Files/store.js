// What this terminal keeps in the browser: its key, the list, what it accepted and what the server answered. A receipt counts once its
// transaction is on the disk; what a crash cut short was never shown to anybody. Two tabs take turns by a lock, and the transaction that
// writes a receipt looks itself whether the one before it is still the last: no counter is ever used twice here.

import { ACTIVE, isEnded, isFinal, judge, Refusal } from './acceptance.js';
import { equal, sha256 } from './cose.js';
import { readList, signReceipt } from './proofs.js';

const NAME = 'timebank-terminal', STRICT = { durability: 'strict' };

let opened;

function database() {
  opened ??= new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore('terminal');
      request.result.createObjectStore('receipts', { keyPath: 'counter' });
    };
    request.onsuccess = () => {
      request.result.onversionchange = () => request.result.close();
      resolve(request.result);
    };
    request.onerror = () => reject(request.error);
  });
  return opened;
}

const answerOf = (request) => new Promise((resolve, reject) => {
  request.onsuccess = () => resolve(request.result);
  request.onerror = () => reject(request.error);
});

/** Writes in one transaction, and returns once it is on the disk; what the steps throw undoes all of it. */
async function write(steps) {
  const transaction = (await database()).transaction(['terminal', 'receipts'], 'readwrite', STRICT);
  const ended = new Promise((resolve, reject) => {
    transaction.oncomplete = resolve;
    transaction.onabort = () => reject(transaction.error ?? new Error('The transaction was given up.'));
  });
  try {
    await steps(transaction.objectStore('terminal'), transaction.objectStore('receipts'));
  } catch (error) {
    ended.catch(() => {});
    try { transaction.abort(); } catch { /* it has ended already */ }
    throw error;
  }
  await ended;
}

/** All that the terminal has, the receipts by their counters. Its clock is null, but for a demonstration's. */
export async function read() {
  const transaction = (await database()).transaction(['terminal', 'receipts']), terminal = transaction.objectStore('terminal');
  const [device, kept, state, receipts] = await Promise.all([
    answerOf(terminal.get('device')), answerOf(terminal.get('list')), answerOf(terminal.get('state')),
    answerOf(transaction.objectStore('receipts').getAll()),
  ]);
  // A damaged list is no list: the next sync brings another.
  const list = kept ? await readList(kept.note, device.listKey).catch(() => null) : null;
  return { device: device ?? null, list, services: kept?.services ?? [], clock: kept?.clock ?? null, state: state ?? '', receipts };
}

/** Signs an acceptance and writes it to the disk. Show nothing of it before this has returned. */
export function accept(entered, clock, codeWords) {
  return navigator.locks.request(NAME, async () => {
    const file = await read(), judged = await judge(file, entered, clock, codeWords);
    const { receipt, voucher, elder } = judged, signed = await signReceipt(receipt, file.device.privateKey);
    await append({
      ...receipt, counter: Number(receipt.counter), voucher: voucher.voucher, serial: voucher.serial, unit: voucher.unit, elder, signed,
      digest: await sha256(signed),
    });
    return judged;
  });
}

/** Adds a receipt behind the last one; refuses one that would go on from another, whoever wrote that meanwhile. */
export function append(record) {
  return write(async (terminal, receipts) => {
    const device = await answerOf(terminal.get('device')), last = (await answerOf(receipts.openCursor(null, 'prev')))?.value;
    const goesOn = device?.id === record.device && record.counter === (last?.counter ?? 0) + 1
      && (last ? record.previous !== null && equal(last.digest, record.previous) : record.previous === null);
    if (!goesOn) throw new Refusal('另一个窗口刚受理了一张券。这一张没有受理，请再试一次。',
      'Another window has just accepted a voucher. This one was not accepted; try again.');
    await answerOf(receipts.add(record));
  });
}

/** Whether another terminal may take this one's place here: nothing that it accepted waits for an answer, and it accepts no more. */
export function mayBeReplaced(file) {
  if (!file.device) return true;
  return file.receipts.every(isFinal) && (file.state === 'DEVICE_STATE_REVOKED' || isEnded(file)
    || (file.state !== ACTIVE && file.receipts.length === 0));
}

/** Keeps a new terminal, in the place of one that has ended. */
export function enrol(device) {
  return write(async (terminal, receipts) => {
    const file = {
      device: await answerOf(terminal.get('device')), state: await answerOf(terminal.get('state')),
      receipts: await answerOf(receipts.getAll()),
    };
    if (!mayBeReplaced(file)) throw new Refusal('这里已有一台终端，还在使用。', 'There is a terminal here already, and it is in use.');
    terminal.clear();
    receipts.clear();
    terminal.put(device, 'device');
  });
}

/** Keeps what the server says of the terminal, and its list; one that is older than the list before is refused. */
export async function take({ id, listKey }, { note, state, services, clock }) {
  const { number, made } = await readList(note, listKey);
  await write(async (terminal) => {
    const known = await answerOf(terminal.get('list')), device = await answerOf(terminal.get('device'));
    if (device?.id !== id) throw new Refusal('另一个窗口登记了别的终端。', 'Another window has enrolled another terminal.');
    if (known && (number < known.number || made < known.made)) throw new Refusal(
      `服务器给的名单（${number}）比终端已有的（${known.number}）旧，不予采用。`,
      `The server's list (${number}) is older than the terminal's (${known.number}), and is not taken.`);
    terminal.put({ note, number, made, services, clock }, 'list');
    terminal.put(state, 'state');
  });
}

/** Keeps answers by their counters. A final one stays, whatever comes later. */
export function answer(answers) {
  return write(async (_, receipts) => {
    for (const [counter, said] of answers) {
      const receipt = await answerOf(receipts.get(counter));
      if (receipt && !isFinal(receipt)) receipts.put({ ...receipt, answer: said });
    }
  });
}
