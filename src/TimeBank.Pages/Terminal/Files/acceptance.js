// Whether this terminal accepts a voucher by itself: the rules of Acceptance in src/TimeBank.Cli/Offline, in the same order. The server
// decides by the limits of the same day again, so a terminal that is honest and in time has its receipts paid, unless the money was spent
// elsewhere meanwhile.

import { CODE_ALONE, MAX_QUANTITY, needsOf, readCode, share } from './proofs.js';

const CLOCK_TOLERANCE = 300, HOUR = 3_600, MONEY_ALL = 1n << 63n;

/** The state in which a terminal may accept, as the contract calls it. */
export const ACTIVE = 'DEVICE_STATE_ACTIVE';

/** Answers after which the server takes nothing more of this terminal. */
const ENDED = ['OFFLINE_FORK', 'OFFLINE_CHAIN_BROKEN', 'OFFLINE_DEVICE_REVOKED'];

/** Why something is not done, in both languages. */
export class Refusal extends Error {
  constructor(zh, en) { super(en); this.zh = zh; this.en = en; }
}

export const isFinal = (receipt) => receipt.answer?.outcome === 'OFFLINE_OUTCOME_ACCEPTED' || isException(receipt);
export const isException = (receipt) => receipt.answer?.outcome === 'OFFLINE_OUTCOME_EXCEPTION';

/** The counter up to which every receipt has its final answer. */
export const syncedOf = (receipts) => BigInt(receipts.findIndex((one) => !isFinal(one)) + 1 || receipts.length + 1) - 1n;

/** What the terminal accepted and nobody has answered for. */
export const unsyncedOf = (receipts) => receipts.slice(Number(syncedOf(receipts)));

export const atStakeOf = (receipts) => receipts.reduce((sum, one) => sum + one.price - one.insurance, 0n);

/** Whether the server has said that this terminal's receipts go no further. */
export const isEnded = (file) => file.receipts.some((one) => ENDED.includes(one.answer?.reason));

/** 2026-10-20 18:00, in China. */
export const momentOf = (seconds) => new Date((Number(seconds) + 8 * HOUR) * 1_000).toISOString().slice(0, 16).replace('T', ' ');

/** What must hold before any voucher is looked at: the terminal, its clock and its list. */
export function checkTerminal({ device, list, state, receipts }, clock) {
  if (!device) throw new Refusal('终端还没有登记。', 'The terminal is not enrolled.');
  if (!list) throw new Refusal('终端还没有名单；请先联网同步。', 'The terminal has no list yet; sync with a network first.');
  // A clock of which the server said that it was ahead is no measure for the next one.
  const known = receipts.filter((one) => one.answer?.reason !== 'OFFLINE_CLOCK_AHEAD')
    .reduce((latest, one) => Math.max(latest, Number(one.clock)), list.made);
  if (clock < known - CLOCK_TOLERANCE) throw new Refusal(
    `手机的时钟（${momentOf(clock)}）比它上次所知的（${momentOf(known)}）还早：被拨回过，请校准。`,
    `This phone's clock (${momentOf(clock)}) is earlier than what it last knew (${momentOf(known)}): it was set back. Set it right first.`);
  if (state !== ACTIVE) throw new Refusal('这台终端在上次同步时还没有批准，或已停用；请联网同步。',
    'At its last sync this terminal was not approved, or was revoked; sync with a network.');
  if (isEnded({ receipts })) throw new Refusal('服务器已不认这台终端接下来的凭据（它是副本，或已停用）；请停用它，另行登记。',
    'The server takes no more receipts of this terminal: it is a copy, or was revoked. Revoke it, and enrol a new one.');
  if (list.hours === 0) throw new Refusal('零点起规则有变，此前只能联网核销。', 'The rules change at midnight; until then use the network.');
  if (clock - list.made > list.hours * HOUR) throw new Refusal(`名单已超过 ${list.hours} 小时，请先联网同步。`,
    `The list is older than ${list.hours} hours; sync with a network first.`);
  if (list.devices.has(device.id)) throw new Refusal('这台终端已停用。', 'This terminal was revoked.');
}

/** What a code says, where this terminal may take it today. */
export async function checkVoucher({ device, list }, code, clock, codeWords) {
  const { status, claims } = await readCode(code, list.keys);
  if (!claims) throw new Refusal(...codeWords[status]);
  if (claims.region !== device.region) throw new Refusal('此券属于别的地区。', 'The voucher is another region\'s.');
  if (list.vouchers.has(claims.voucher)) throw new Refusal('此券已作废。', 'The voucher was voided.');
  if (momentOf(clock).slice(0, 10) > claims.useBy) throw new Refusal(`此券须在 ${claims.useBy} 前使用。`,
    `The voucher was to be used by ${claims.useBy}.`);
  return claims;
}

/**
 * The receipt to sign, and what the elder pays, in fen.
 * @param file What the terminal has: device, list, state, receipts by their counters.
 * @param entered What the clerk entered: code, item, quantity, price and insurance in fen, place (0: not said).
 * @param clock Seconds since 1970.
 * @param codeWords Chinese and English for each status of a code.
 */
export async function judge(file, entered, clock, codeWords) {
  checkTerminal(file, clock);
  const { device, list, receipts } = file, { code, item, quantity, price, insurance, place } = entered;
  const voucher = await checkVoucher(file, code, clock, codeWords);
  if (quantity < 1n || quantity > MAX_QUANTITY || price < 1n || insurance < 0n || insurance > price) throw new Refusal(
    '数量须为 1 到 1000，价格须大于零，长护险支付不超过价格。',
    'The number is 1 to 1,000, the price more than zero, and insurance pays at most the price.');
  if (voucher.isMoney && place === 0n) throw new Refusal('金额券须写明服务地点。', 'A money voucher needs the place.');
  const offered = list.items.find((one) => one.id === item);
  if (!offered) throw new Refusal(`离线名单里没有“${item}”：请核对编号；编号无误的，这项服务须联网核销。`,
    `The list has no ${item}: look at the id; if it is right, this service needs the network.`);
  const { left, isAll } = leftOf(file, voucher), most = isAll ? (left > 0n ? left : 0n) : MONEY_ALL;
  const parts = share(list, offered, voucher, quantity, price, insurance, place, most);
  if (!parts) throw new Refusal('此券不能用于这项服务。', 'The voucher doesn\'t pay for this service.');
  if (left <= 0n) throw new Refusal('此券可离线使用的额度在本机已用完，请联网办理。',
    'What the voucher may pay without a network was used up at this terminal; use the network.');
  if (parts.taken === 0n || price === insurance) throw new Refusal('没有需要券支付的部分。', 'There is nothing for the voucher to pay.');
  if (parts.taken > left) throw new Refusal(
    `超过此券可离线使用的额度（本机还可受理 ${amountOf(left, voucher)}），请联网办理。`,
    `It is more than the voucher may pay without a network (${amountOf(left, voucher)} left at this terminal); use the network.`);
  checkLimits(file, clock, price - insurance);
  if (needsOf(list, offered, voucher, parts.taken) > CODE_ALONE) throw new Refusal(
    '这笔付款要求老人出示密码或由服务窗口确认，没有网络时无法核对，请联网核销。',
    'For this payment the elder must show more than the code (a PIN, or a confirmation), which can\'t be checked without a network; '
      + 'use the network.');
  const last = receipts.at(-1);
  return {
    receipt: {
      region: device.region, device: device.id, provider: device.provider, counter: BigInt(receipts.length + 1),
      previous: last?.digest ?? null, code, item, quantity, price, insurance, place, taken: parts.taken, clock: BigInt(clock),
      list: list.number, synced: syncedOf(receipts),
    },
    voucher, elder: parts.elder,
  };
}

/** What the code still allows at this terminal, which knows its own acceptances alone. */
export function leftOf({ list, receipts }, voucher) {
  // A newer code knows of what the server has decided, and of nothing else, whichever code that was accepted by.
  const own = receipts.filter((one) => one.voucher === voucher.voucher && !isException(one)
    && (!isFinal(one) || one.serial >= voucher.serial)).reduce((sum, one) => sum + one.taken, 0n);
  // Where the code's amount is all that the voucher had, a dearer service takes just that.
  const isAll = voucher.isMoney && voucher.amount < list.voucherMax;
  return { left: (voucher.isMoney && !isAll ? list.voucherMax : voucher.amount) - own, isAll };
}

function checkLimits({ list, receipts }, clock, atStake) {
  const unsynced = unsyncedOf(receipts);
  if (unsynced.length > 0 && clock - Number(unsynced[0].clock) > list.hours * HOUR) throw new Refusal(
    `有凭据已超过 ${list.hours} 小时未上传，请先联网同步。`,
    `A receipt has waited for more than ${list.hours} hours; sync with a network first.`);
  if (atStakeOf(unsynced) + atStake > list.deviceMax) throw new Refusal(
    `超过本机两次同步之间的额度（${yuanOf(list.deviceMax)} 元），请先联网同步。`,
    `It is more than the terminal may accept between two syncs (CNY ${yuanOf(list.deviceMax)}); sync first.`);
}

/** 12.50 */
export const yuanOf = (fen) => `${fen / 100n}.${`${fen % 100n}`.padStart(2, '0')}`;

const amountOf = (value, voucher) => (voucher.isMoney ? `¥${yuanOf(value)}` : `${value}`);
