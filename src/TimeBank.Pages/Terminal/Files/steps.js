// From a voucher's code to its acceptance: the code, the service and its price, the sum, and what was accepted.

import { checkVoucher, judge, leftOf, Refusal } from './acceptance.js';
import { ask, button, choose, countOf, el, facts, fenOf, t } from './dom.js';
import { act, amountOf, does, heading, moneyOf, now, page, serviceOf, typedIn, wordOf, words } from './page.js';
import { numberOf } from './proofs.js';
import * as store from './store.js';

/**
 * What reads pictures; null in a build without the decoder. It is asked for while the page opens, with all its other files, and not when it
 * is needed: by then the server or the worker may have another version.
 */
const pictures = words.readsPictures ? import('./pictures.js').catch(() => {
  throw new Refusal('读图的部分没有载入。请重新打开本页。', 'The part that reads pictures did not load. Open this page again.');
}) : null;
pictures?.catch(() => {}); // it is said where it is needed

const PLACES = [['1', 'SERVICE_PLACE_HOME'], ['2', 'SERVICE_PLACE_DAY_CARE'], ['3', 'SERVICE_PLACE_INSTITUTION']];

export const step = () => ({ code: codeStep, what: whatStep, sum: sumStep, done: doneStep }[page.at.step]());

function codeStep() {
  const video = el('video', { hidden: true, playsinline: true, muted: true, 'aria-label': t('相机画面', 'The camera\'s picture') });
  return el('form', { class: 'panel', novalidate: true, onsubmit: (event) => act(event, () => {
    page.at = { step: 'code', scans: true };
    return takeCode(typedIn('voucher'));
  }) },
  heading(t('1 券码', '1 The voucher\'s code')),
  ask('voucher', t('扫码枪扫入，或粘贴（TBV1: 开头）', 'Scan or paste it (it begins with TBV1:)'),
    { value: typedIn('voucher'), maxlength: 400, autocapitalize: 'characters', spellcheck: 'false', class: 'code' },
    t('只有印着的 13 位券号不够：没有网络时，要用方块码里签了名的券码。',
      'The printed number of 13 characters is not enough: without a network the signed code in the square is needed.')),
  picture, video,
  el('p', { class: 'row' }, button(t('下一步', 'Next')),
    pictures && navigator.mediaDevices?.getUserMedia && does(t('用相机扫码', 'Scan with the camera'), () => scan(video)),
    pictures && button(t('从图片读取', 'Read a picture'), { type: 'button', class: 'quiet', onclick: () => picture.click() })));
}

/** Chooses a picture; hidden, since its button has the words. */
const picture = el('input', { type: 'file', accept: 'image/*', hidden: true, onchange: (event) => act(event, async () => {
  const [chosen] = picture.files, text = chosen && await (await pictures).readPicture(chosen);
  picture.value = '';
  if (!text) throw new Refusal('图片里没有可读的方块码。请拍近一些、拍平一些，再试。',
    'There is no readable code in the picture. Take one from nearer and straight above.');
  await takeCode(text);
}) });

async function scan(video) {
  const { readCamera } = await pictures, camera = page.camera = new AbortController();
  const stop = button(t('关闭相机', 'Stop the camera'), { type: 'button', class: 'quiet', onclick: () => camera.abort() });
  video.hidden = false;
  video.after(el('p', {}, stop));
  stop.focus();
  const text = await readCamera(video, camera.signal).catch(() => {
    throw new Refusal('打不开相机：没有相机，或没有允许使用。', 'The camera can\'t be opened: there is none, or it was not allowed.');
  });
  if (text !== null) await takeCode(text);
}

async function takeCode(text) {
  const code = text.replace(/^[\r\n ]+|[\r\n ]+$/g, ''), voucher = await checkVoucher(page.file, code, now(), words.codes);
  const offered = offeredTo(voucher);
  if (offered.length === 0) throw new Refusal('没有网络，此券不能在本机构使用：名单里没有双方都适用的服务。请联网核销。',
    'Without a network this voucher can\'t be used here: the list has no service that it pays for and this provider may give. '
      + 'Use the network.');
  page.typed = { item: offered[0].id, place: '1' };
  page.at = { step: 'what', code, voucher };
}

/** What the voucher pays for, of what this provider gave when the list was fetched. */
const offeredTo = (voucher) => page.file.list.items.filter((item) => item.unit === voucher.unit
  && (voucher.services >> item.type & 1n) === 1n && page.file.services.some((service) => service.id === item.id));

const another = () => does(t('换一张券', 'Another voucher'), begin);

function begin() {
  [page.at, page.typed] = [{ step: 'code', scans: true }, {}];
}

function whatStep() {
  const { voucher } = page.at;
  const most = (item) => (voucher.isMoney
    ? t(`（清单最高价 ${moneyOf(item.ceiling)}）`, ` (highest price of the list ${moneyOf(item.ceiling)})`)
    : t(`（券每份最多付 ${moneyOf(item.contract)}）`, ` (the voucher pays ${moneyOf(item.contract)} of one at most)`));
  return el('form', { class: 'panel', novalidate: true, onsubmit: (event) => act(event, async () => {
    const entered = enteredNow();
    page.at = { ...page.at, entered, judged: await judge(page.file, entered, now(), words.codes), step: 'sum' };
  }) },
  heading(t('2 服务和价格', '2 Service and price')),
  facts([t('券', 'Voucher'), el('span', { class: 'code' }, numberOf(voucher.voucher))],
    [t('本机还可受理', 'Left at this terminal'), el('strong', {}, amountOf(leftOf(page.file, voucher).left, voucher.unit))],
    [t('最后可用日', 'Use by'), voucher.useBy]),
  choose('item', t('服务', 'Service'), offeredTo(voucher).map((item) => [item.id, serviceOf(item.id) + most(item)]), typedIn('item')),
  ask('quantity', t('数量', 'Number'), { value: typedIn('quantity', '1'), inputmode: 'numeric', required: true }),
  ask('price', t('总价（元）', 'Price of all (yuan)'), { value: typedIn('price'), inputmode: 'decimal', required: true }),
  ask('insurance', t('长护险支付（元）', 'Paid by insurance (yuan)'), { value: typedIn('insurance', '0'), inputmode: 'decimal' }),
  voucher.isMoney && choose('place', t('服务地点', 'Where'), PLACES.map(([value, name]) => [value, wordOf(name)]), typedIn('place')),
  el('p', { class: 'row' }, button(t('下一步：看金额', 'Next: the sum')), another()));
}

function enteredNow() {
  const quantity = countOf(typedIn('quantity', '1')), price = fenOf(typedIn('price')), insurance = fenOf(typedIn('insurance') || '0');
  if (quantity === null) throw new Refusal('数量不对，请写整数。', 'The number isn\'t right: write a whole one.');
  if (price === null || insurance === null) throw new Refusal('金额不对，请写成 12 或 12.50（元）。',
    'An amount isn\'t right: write yuan such as 12 or 12.50.');
  const { code, voucher } = page.at;
  return { code, item: typedIn('item'), quantity, price, insurance, place: voucher.isMoney ? BigInt(typedIn('place', '0')) : 0n };
}

const sumFacts = ({ receipt, voucher, elder }) => facts(
  [t('券', 'Voucher'), el('span', { class: 'code' }, numberOf(voucher.voucher))],
  [t('服务', 'Service'), `${serviceOf(receipt.item)} × ${receipt.quantity}`],
  [t('总价', 'Price'), moneyOf(receipt.price)],
  receipt.insurance > 0n && [t('长护险支付', 'Paid by insurance'), moneyOf(receipt.insurance)],
  [t('券支付', 'The voucher pays'), el('strong', {}, amountOf(receipt.taken, voucher.unit))],
  [t('老人支付', 'The elder pays'), el('strong', { class: 'sum', 'data-elder': true }, moneyOf(elder))]);

/** Accepts the sum that is shown, and no other one. */
async function accept() {
  const { entered, judged: { receipt: { taken }, elder } } = page.at;
  try {
    page.at = { step: 'done', judged: await store.accept(entered, now(), words.codes, { taken, elder }) };
    page.typed = {};
  } catch (error) {
    if (error instanceof store.OtherSum) page.at = { ...page.at, judged: error.judged };
    if (error instanceof Refusal) throw error;
    const what = error.message || error.name;
    throw new Refusal(`没有办成：${what}。没有受理任何券。`, `This failed: ${what}. Nothing was accepted.`);
  }
}

function sumStep() {
  return el('form', { class: 'panel', onsubmit: (event) => act(event, accept) },
  heading(t('3 核对并受理', '3 Check and accept')), sumFacts(page.at.judged),
  el('p', { class: 'row' }, button(t('老人同意，受理', 'The elder agrees: accept')),
    does(t('返回修改', 'Back'), () => { page.at = { ...page.at, step: 'what' }; }), another()));
}

function doneStep() {
  const { counter } = page.at.judged.receipt;
  return el('section', { class: 'panel good', role: 'status' },
    heading(t(`已受理第 ${counter} 号（未联网）`, `Accepted as number ${counter} (without a network)`)), sumFacts(page.at.judged),
    el('p', {}, t('已存在本机。有网络时请同步，才能得到付款。', 'It is kept on this phone. Sync when there is a network, to be paid.')),
    el('p', { class: 'row' }, does(t('下一张券', 'The next voucher'), begin, { class: null })));
}
