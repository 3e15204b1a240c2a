// What a terminal does with a network: enrol, send what it accepted, fetch the list. Each call is a call of the contract, in the session of
// who is signed in here, and is judged like all others.

import { isException, isFinal, Refusal } from './acceptance.js';
import { base64, hex } from './cose.js';
import { makeKey, readList, Unreadable } from './proofs.js';
import * as store from './store.js';

const CALLS = '/terminal/calls', INVITED = 'DEVICE_STATE_INVITED', BATCH = 100, PATIENCE_MS = 30_000;

/** Nobody is signed in, or no longer. */
export class SignedOut extends Refusal {
  constructor() { super('请先登录，再试一次。', 'Sign in first, then try again.'); }
}

async function call(path, token, body) {
  let answer;
  try {
    answer = await fetch(`${CALLS}/${path}`, {
      method: body ? 'POST' : 'GET', body: body && JSON.stringify(body), cache: 'no-store', redirect: 'error',
      headers: body ? { 'Content-Type': 'application/json', RequestVerificationToken: token } : {},
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
  } catch {
    throw new Refusal('连不上服务器：没有网络，或服务器没有及时答复。已受理的都在本机，请稍后再同步。',
      'The server can\'t be reached: there is no network, or it didn\'t answer in time. What was accepted is kept here; sync later.');
  }
  const said = await answer.json().catch(() => null);
  if (answer.ok && said) return said;
  if (answer.status === 401) throw new SignedOut();
  throw new Refusal(said?.zh ?? `服务器答复 ${answer.status}，请稍后再试。`, said?.en ?? `The server answers ${answer.status}; try again later.`);
}

/** Who is signed in here: { name, region, token }; an empty name: nobody. */
export const session = () => call('session');

async function signedIn() {
  const found = await session();
  if (!found.region) throw new SignedOut();
  return found;
}

const nameOf = (device) => `regions/${device.region}/devices/${device.id}`;

const stateOf = (device) => call(`state?device=${encodeURIComponent(nameOf(device))}`);

const otherKey = () => new Refusal('这个编号登记的是另一把公钥：它是别的终端，或已换过手机。',
  'This id was enrolled with another key: it is another terminal, or was another phone.');

/** Says what is wrong with a list in words that people can pass on. */
async function checked(reading) {
  try {
    return await reading;
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    throw new Refusal(`名单不是本地区签发的，不予采用：${error.message}`, `The list is not the region's, and is not taken: ${error.message}`);
  }
}

/**
 * Enrols this phone with a one-time code.
 * @param typed The terminal's id, its code, its name, and the key of the region's lists; an empty key: the server's is trusted.
 */
export async function enrol(typed) {
  const { region, token } = await signedIn();
  const id = typed.id.replace(/[\s-]/g, '').toUpperCase();
  if (!/^[0-9A-Z]{12}$/.test(id)) throw new Refusal('终端编号有 12 位字母和数字。', 'A terminal\'s id has twelve letters and digits.');
  let { device } = await store.read();
  const now = await stateOf({ region, id });
  if (device?.id !== id) {
    if (now.device.state !== INVITED) throw otherKey();
    device = {
      region, id, provider: now.device.provider.split('/').at(-1), name: typed.name.trim(), listKey: typed.key.trim() || now.verifierKey,
      ...await makeKey(),
    };
    await checked(readList(now.note, device.listKey));
    // The key is on the disk before anybody hears of it: an answer that got lost is fetched with the same key.
    await store.enrol(device);
  }
  const publicKey = base64(device.publicKey);
  const enrolled = now.device.state !== INVITED ? now.device : await call('enrol', token, {
    requestId: crypto.randomUUID(), device: nameOf(device), code: typed.code.replace(/[\s-]/g, ''), publicKey,
    displayName: typed.name.trim(),
  });
  if (enrolled.publicKey !== publicKey) throw otherKey();
  await checked(store.take(device, { ...now, state: enrolled.state }));
}

/**
 * Sends what has no final answer, keeps the answers, and fetches the list. Cut anywhere it loses nothing: what was not answered is sent
 * again, and the server knows what it has.
 * @returns How many were sent, and who bears what could not be paid: [Chinese, English]; null where all was paid.
 */
export function sync() {
  return navigator.locks.request('timebank-terminal-sync', async () => {
    const { token } = await signedIn(), { device, receipts } = await store.read(), open = receipts.filter((one) => !isFinal(one));
    let liability = null;
    for (let at = 0; at < open.length; at += BATCH) {
      const batch = open.slice(at, at + BATCH);
      const said = await call('submit', token, {
        requestId: crypto.randomUUID(), device: nameOf(device), receipts: batch.map((one) => base64(one.signed)),
      });
      if (said.answers.length !== batch.length || batch.some((one, place) => said.answers[place].digest !== hex(one.digest))) {
        throw new Refusal('服务器的答复对不上凭据，请再同步一次。', 'The server\'s answers don\'t fit the receipts; sync once more.');
      }
      await store.answer(batch.map((one, place) => {
        const { outcome, reason, words, redemption } = said.answers[place];
        return [one.counter, { outcome, reason, zh: words?.zh ?? '', en: words?.en ?? '', redemption }];
      }));
      if (said.answers.some((answer) => isException({ answer }))) liability = [said.liability.zh, said.liability.en];
    }
    const now = await stateOf(device);
    await checked(store.take(device, { ...now, state: now.device.state }));
    return { sent: open.length, liability };
  });
}
