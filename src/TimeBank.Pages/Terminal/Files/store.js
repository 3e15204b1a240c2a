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
      const made = request.result;
      made.onclose = letGo;
      made.onversionchange = () => { made.close(); letGo(); };
      resolve(made);
    };
    request.onerror = () => { letGo(); reject(request.error); };
  });
  return opened;
}

/** Phones take a store away from pages that slept: after an error the next call opens it anew. */
function letGo() {
  opened = undefined;
}

async function orLetGo(work) {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Refusal)) letGo();
    throw error;
  }
}

const answerOf = (request) => new Promise((resolve, reject) => {
  request.onsuccess = () => resolve(request.result);
  request.onerror = () => reject(request.error);
});

/** Writes in one transaction, and returns once it is on the disk; what the steps throw undoes all of it. */
const write = (steps) => orLetGo(async () => {
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
});

/**
 * All that the terminal has, the receipts by their counters, and the keys that may sign its next list. Its clock is null, but for a
 * demonstration's.
 */
export const read = () => orLetGo(async () => {
  const transaction = (await database()).transaction(['terminal', 'receipts']), terminal = transaction.objectStore('terminal');
  const [device, kept, state, receipts] = await Promise.all([
    answerOf(terminal.get('device')), answerOf(terminal.get('list')), answerOf(terminal.get('state')),
    answerOf(transaction.objectStore('receipts').getAll()),
  ]);
  // A damaged list is no list: the next sync brings another.
  const keys = kept?.keys ?? (device ? [device.listKey] : []), list = kept ? await readList(kept.note, ...keys).catch(() => null) : null;
  return {
    device: device ?? null, list, trusted: list ? [device.listKey, ...list.signers] : keys, services: kept?.services ?? [],
    clock: kept?.clock ?? null, state: state ?? '', receipts,
  };
});

/** The sum is not the one that the elder agreed to; judged has the new one. */
export class OtherSum extends Refusal {
  constructor(judged) {
    super('金额与刚才显示的不同：另一个窗口刚受理过，或名单已更新。这一张没有受理；请核对新的金额，老人同意后再受理。',
      'The sum is not the one that was shown: another window has accepted something, or the list is a newer one. Nothing was accepted; '
        + 'look at the new sum, and accept it if the elder agrees.');
    this.judged = judged;
  }
}

/**
 * Signs an acceptance and writes it to the disk. Show nothing of it before this has returned; where it throws, nothing was accepted.
 * @param shown What the elder agreed to: what the voucher pays (taken), and what the elder pays.
 */
export function accept(entered, clock, codeWords, shown) {
  return navigator.locks.request(NAME, async () => {
    const file = await read(), judged = await judge(file, entered, clock, codeWords);
    const { receipt, voucher, elder } = judged;
    if (receipt.taken !== shown.taken || elder !== shown.elder) throw new OtherSum(judged);
    const signed = await signReceipt(receipt, file.device.privateKey);
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

/**
 * Keeps what the server says of the terminal, and its list, with the keys that it was verified by. A list that is older than the one
 * before, or another's, is refused; a revocation is learned all the same.
 */
export const take = ({ id }, { note, state, services, clock }) => navigator.locks.request(NAME, async () => {
  const still = async (terminal) => {
    if ((await answerOf(terminal.get('device')))?.id !== id) throw new Refusal('另一个窗口登记了别的终端。',
      'Another window has enrolled another terminal.');
  };
  await write(async (terminal) => {
    await still(terminal);
    terminal.put(state, 'state');
  });
  const { trusted: keys } = await read(), { number, made } = await readList(note, ...keys);
  await write(async (terminal) => {
    await still(terminal);
    const known = await answerOf(terminal.get('list'));
    if (known && (number < known.number || made < known.made)) throw new Refusal(
      `服务器给的名单（${number}）比终端已有的（${known.number}）旧，不予采用。`,
      `The server's list (${number}) is older than the terminal's (${known.number}), and is not taken.`);
    terminal.put({ note, keys, number, made, services, clock }, 'list');
  });
});

/** Keeps answers by their counters. A final one stays, whatever comes later. */
export function answer(answers) {
  return write(async (_, receipts) => {
    for (const [counter, said] of answers) {
      const receipt = await answerOf(receipts.get(counter));
      if (receipt && !isFinal(receipt)) receipts.put({ ...receipt, answer: said });
    }
  });
}
