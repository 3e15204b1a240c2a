// The terminal's page: it accepts vouchers without a network, as `timebank terminal` does with a file. What it shows as accepted is on the
// disk; what it says of the server is what the server answered last.

import { atStakeOf, checkTerminal, isFinal, momentOf, Refusal, unsyncedOf } from './acceptance.js';
import { ask, button, display, el, facts, t } from './dom.js';
import { act, amountOf, does, heading, moneyOf, now, page, serviceOf, typedIn, wordOf } from './page.js';
import { fingerprintOf, makeKey } from './proofs.js';
import { step } from './steps.js';
import * as store from './store.js';
import * as network from './sync.js';

const WORKER = '/terminal/worker.js', SCOPE = '/terminal', SIGN_IN = '/sign-in?back=/terminal', HOUR = 3_600;

const main = document.querySelector('main');

/** What was heard from outside: who is signed in, whether the browser keeps our files and our data. Null: nothing yet. */
const heard = { name: null, isKept: navigator.serviceWorker?.controller ? true : null, isNewer: false, persists: null };

/** On an iPhone or iPad, in a browser. What is added to the home screen there shares nothing with it: neither a key nor receipts. */
const isOutsideApp = navigator.standalone === false;

/** Shows the page anew, or says that it can't. @param moves True: the reader is led to what is new. */
async function show(moves = false) {
  try {
    await draw(moves);
  } catch (error) {
    broken(error);
  }
}

/** Instead of a page that can't be drawn. Whether something was accepted is known all the same. */
function broken(error) {
  const what = error.message || error.name, counter = page.at.step === 'done' ? page.at.judged.receipt.counter : null;
  main.replaceChildren(el('h1', {}, t('不联网受理券', 'Accept vouchers without a network')),
    el('div', { class: 'panel fault', role: 'alert', tabindex: -1, 'data-said': true, 'data-broken': true },
      counter && el('p', {}, el('strong', {}, t(`已受理第 ${counter} 号，已存在本机。请不要再受理一次。`,
        `Accepted as number ${counter}, and kept on this phone. Do not accept it again.`))),
      page.said && el('p', {}, t(page.said.zh, page.said.en)),
      el('p', {}, t(`本页没能重新显示（${what}）。请重新打开本页，并看一下凭据的清单。`,
        `The page could not be shown anew (${what}). Open it again, and look at the list of receipts.`)),
      el('p', { class: 'row' }, button(t('重新打开', 'Open again'), { type: 'button', onclick: () => location.reload() }))));
  lead();
}

async function draw(moves = false) {
  page.camera?.abort();
  page.camera = null;
  page.file = await store.read();
  const { file, at } = page;
  // Between the code and its acceptance there is nothing else to look at.
  const isMidway = at.step === 'what' || at.step === 'sum';
  const parts = !file.device || file.state === '' ? [notice(), enrolment()]
    : [demonstration(), notice(), await standing(), ...(isMidway ? [] : [receipts(), syncing(), await terminal()])];
  main.replaceChildren(el('h1', {}, t('不联网受理券', 'Accept vouchers without a network')), ...parts.filter(Boolean));
  if (moves) lead();
  hear();
}

/** Leads the reader to what is new; who scans codes stays in their field, where the next scan takes the place of what is there. */
function lead() {
  const field = page.at.scans && main.querySelector('#voucher');
  (field || main.querySelector('[data-said]') || main.querySelector('[data-here]') || main).focus();
  if (field) field.select();
}

const demonstration = () => page.file.clock !== null && el('p', { class: 'soft' }, t(
  `演示：按演示的时钟 ${momentOf(page.file.clock)} 受理。`, `A demonstration: its clock says ${momentOf(page.file.clock)}.`));

function notice() {
  if (!page.said) return null;
  const { kind, zh, en, signIn, more } = page.said;
  return el('div', { class: `panel ${kind}`, role: kind === 'fault' ? 'alert' : 'status', tabindex: -1, 'data-said': true },
    el('p', {}, el('strong', {}, t(zh, en))), more && el('p', {}, t(...more)),
    signIn && el('p', {}, el('a', { class: 'button', href: SIGN_IN }, t('登录', 'Sign in'))));
}

// Before vouchers are accepted.

function enrolment(id = page.file.device?.id ?? '') {
  const code = { required: true, autocapitalize: 'characters', spellcheck: 'false' };
  return el('form', { class: 'panel', novalidate: true, onsubmit: (event) => act(event, async () => {
    heard.persists = await navigator.storage?.persist?.() ?? false;
    await network.enrol({ id: typedIn('id', id), code: typedIn('code'), name: typedIn('name'), key: typedIn('key') });
    page.typed = {};
    page.said = { kind: 'good', zh: '已登记，等待批准。', en: 'Enrolled. It waits for approval.' };
  }) },
  heading(t('登记这部手机', 'Enrol this phone')),
  isOutsideApp && el('div', { class: 'panel warn', 'data-outside': true }, el('p', {}, t(
    '在 iPhone 和 iPad 上，请先把本页添加到主屏幕（“分享”→“添加到主屏幕”），再从主屏幕打开，在那里登记。'
      + '主屏幕上的是另一台终端，读不到在这里登记的钥匙和凭据；这里的数据，浏览器会在七天没有打开之后清除。',
    'On an iPhone or iPad add this page to the home screen first (Share, Add to Home Screen), open it from there, and enrol there. What '
      + 'is on the home screen is a terminal of its own: it has neither the key nor the receipts of one that is enrolled here. The '
      + 'browser clears what is here when it was not opened for seven days.'))),
  el('p', {}, t('本机自己生成钥匙，钥匙不离开本机。编号和登记码在“终端管理”（/terminals）领取，15 分钟内有效。登记要联网，并以服务机构人员登录。',
    'The phone makes its own key, which never leaves it. The id and the code come from the page Terminals '
      + '(/terminals), and are good for 15 minutes. Enrolling needs a network and a clerk who is signed in.')),
  ask('id', t('终端编号（12 位）', 'The terminal\'s id (12 characters)'), { value: typedIn('id', id), ...code }),
  ask('code', t('一次性登记码（8 位）', 'The one-time code (8 characters)'), { value: typedIn('code'), ...code }),
  ask('name', t('给它起个名字', 'A name for it'), { value: typedIn('name'), required: true, maxlength: 60 },
    t('如：前台一号机', 'Such as: front desk 1')),
  el('details', {}, el('summary', {}, t('名单的公钥（可不填）', 'The lists\' key (optional)')),
    ask('key', t('公钥', 'The key'), { value: typedIn('key'), class: 'code', spellcheck: 'false' },
      t('如果您从公告上得到了地区名单的公钥，请填在这里；不填则采用服务器给的。',
        'If you have the key of the region\'s lists from the bureau\'s notice, give it here. Otherwise the server\'s is trusted.'))),
  el('p', { class: 'row' }, button(t('登记', 'Enrol'))), signedIn());
}

/** Whether vouchers can be accepted now, and the form for that; else why not. */
async function standing() {
  const { file } = page;
  if (file.state === 'DEVICE_STATE_ENROLLED') return el('section', { class: 'panel warn' },
    heading(t('等待批准', 'Waiting for approval')),
    el('p', {}, t('请把核对码念给服务台或管理员，由另一个人在 /desk/terminals 批准；然后按“同步”。',
      'Read this fingerprint to the service counter or an administrator. Another person approves it at /desk/terminals; then press Sync.')),
    el('p', { class: 'code' }, el('strong', { 'data-fingerprint': true }, await fingerprintOf(file.device.publicKey))));
  try {
    checkTerminal(file, now());
  } catch (refusal) {
    if (!(refusal instanceof Refusal)) throw refusal;
    return el('section', { class: 'panel fault' }, heading(t('现在不能受理', 'Vouchers can\'t be accepted now')),
      el('p', {}, t(refusal.zh, refusal.en)),
      store.mayBeReplaced(file) && el('details', {},
        el('summary', {}, t('在这部手机上另行登记', 'Enrol a new terminal here')), enrolment('')));
  }
  return step();
}

// What was accepted, and what the server said.

function receipts() {
  const today = momentOf(now()).slice(0, 10);
  const shown = page.file.receipts.filter((one) => !isFinal(one) || momentOf(one.clock).startsWith(today)).reverse();
  return el('section', {}, el('h2', {}, t('今天的和待答复的凭据', 'Receipts of today, and open ones')),
    shown.length === 0 ? el('p', { class: 'soft' }, t('没有。', 'Nothing.'))
      : el('ul', { class: 'cards', 'data-receipts': true }, shown.map(card)));
}

function card(one) {
  const state = { OFFLINE_OUTCOME_ACCEPTED: 'good', OFFLINE_OUTCOME_EXCEPTION: 'bad' }[one.answer?.outcome] ?? 'warn';
  const taken = amountOf(one.taken, one.unit), elder = moneyOf(one.elder);
  return el('li', { class: 'card', 'data-counter': one.counter },
    el('h3', {}, t(`第 ${one.counter} 号 `, `Number ${one.counter} `),
      el('span', { class: `state state-${state}` }, one.answer ? wordOf(one.answer.outcome) : t('未上传', 'not sent'))),
    el('p', {}, `${momentOf(one.clock)} · ${serviceOf(one.item)} × ${one.quantity}`),
    el('p', {}, t(`券支付 ${taken}，老人支付 ${elder}`, `The voucher pays ${taken}, the elder ${elder}`)),
    one.answer?.zh && el('p', {}, t(one.answer.zh, one.answer.en)));
}

function syncing() {
  const { list } = page.file, unsynced = unsyncedOf(page.file.receipts), atStake = moneyOf(atStakeOf(unsynced));
  const most = list ? t(`（最多 ${moneyOf(list.deviceMax)}）`, ` (at most ${moneyOf(list.deviceMax)})`) : '';
  const [made, until] = list ? [momentOf(list.made), momentOf(list.made + list.hours * HOUR)] : [];
  return el('section', { class: 'panel' }, el('h2', {}, t('同步', 'Sync')),
    facts([t('未上传', 'Not synced'), t(`${unsynced.length} 笔，${atStake}`, `${unsynced.length}, ${atStake}`) + most],
      list && [t('名单', 'List'), t(`${made} 的，用到 ${until}`, `of ${made}, good until ${until}`)]),
    el('p', { class: 'row' }, does(t('同步（需要网络）', 'Sync (with a network)'), sync, { class: null, 'data-sync': true })), signedIn());
}

async function sync() {
  const { sent, liability } = await network.sync();
  if (page.at.step === 'done') page.at = { step: 'code' };
  page.said = liability
    ? { kind: 'warn', zh: '已同步，但有凭据没有付款，见下。', en: 'Synced, but something was not paid: see below.', more: liability }
    : { kind: 'good', zh: `已同步：上传 ${sent} 笔，名单已更新。`, en: `Synced: ${sent} sent, and the list is new.` };
  navigator.serviceWorker.getRegistration(SCOPE).then((found) => found?.update()).catch(() => {});
}

const signedIn = () => el('p', { class: 'soft', 'data-session': true });

/** The terminal itself. */
async function terminal() {
  const { device, state } = page.file;
  return el('section', {}, el('h2', {}, t('这台终端', 'This terminal')), facts(
    [t('名称', 'Name'), el('bdi', {}, device.name)], [t('编号', 'Id'), el('span', { class: 'code' }, device.id)],
    [t('核对码', 'Fingerprint'), el('span', { class: 'code' }, await fingerprintOf(device.publicKey))],
    [t('状态', 'State'), wordOf(state)], [t('没有网络时', 'Without a network'), el('span', { 'data-kept': true })]),
  isOutsideApp ? el('div', { class: 'panel warn', 'data-outside': true }, el('p', {}, t(
    '这台终端只在这个浏览器里，添加到主屏幕的是另一台，读不到这里的钥匙和凭据。浏览器会在七天没有打开之后清除这里的数据，没有上传的凭据就丢了：'
      + '请每次都在这里打开，并经常同步。要改用主屏幕上的，请先同步，请服务台停用这台，再在那里另行登记。',
    'This terminal is in this browser alone. What is added to the home screen is another one, without this one\'s key and receipts. The '
      + 'browser clears what is here when it was not opened for seven days, and receipts that were not sent are lost: open it here, and '
      + 'sync often. To go over to the home screen, sync here, have the service counter revoke this one, and enrol a new one there.')))
    : el('div', { class: 'panel warn', 'data-persists': true, hidden: true }, el('p', {}, t(
    '浏览器没有答应长期保存本机数据：手机空间不足时，数据可能被清除，没有上传的凭据就丢了。请把本页添加到主屏幕，并经常同步。',
    'The browser did not promise to keep this terminal\'s data: when the phone runs out of space it may clear them, and receipts that were '
      + 'not sent are lost. Add this page to the home screen, and sync often.'))),
  el('p', { class: 'soft' }, t('清除浏览器数据就等于丢失终端：请马上告诉服务台停用它，再重新登记。',
    'Clearing the browser\'s data loses the terminal: have the service counter revoke it at once, and enrol again.')));
}

// What comes from outside, whenever it comes.

function hear() {
  const kept = main.querySelector('[data-kept]'), persists = main.querySelector('[data-persists]');
  for (const place of main.querySelectorAll('[data-session]')) {
    place.replaceChildren(...(heard.name === null ? [t('现在没有网络。', 'There is no network now.')]
      : heard.name === '' ? [t('还没有登录。', 'Nobody is signed in. '), el('a', { href: SIGN_IN }, t('登录', 'Sign in'))]
        : [t('已登录：', 'Signed in: '), el('bdi', {}, heard.name)]));
  }
  if (kept) {
    kept.textContent = heard.isKept === null ? '' : heard.isKept ? t('本页能打开。', 'This page opens.')
      : t('本页还打不开：请在有网络时多等一会儿。', 'This page does not open yet: wait a moment while there is a network.');
    if (heard.isNewer) kept.append(t('新版本已下载：关闭本页的所有窗口后生效。',
      ' A newer version is here: it counts once all windows of this page are closed.'));
  }
  if (persists) persists.hidden = heard.persists !== false;
}

/** Asks the network who is signed in. */
async function listen() {
  heard.name = await network.session().then((found) => found.name, () => null);
  hear();
}

/** Asks the browser to keep the page's files, and what the terminal has. */
async function keepAll() {
  const workers = navigator.serviceWorker;
  const found = await workers.register(WORKER, { scope: SCOPE }).catch(() => workers.getRegistration(SCOPE));
  [heard.isKept, heard.isNewer] = [Boolean(found?.active), Boolean(found?.active && found.waiting)];
  if (page.file.device) heard.persists = await navigator.storage?.persist?.() ?? false;
  hear();
  if (!found || heard.isKept) return;
  await workers.ready;
  heard.isKept = true;
  hear();
}

/** Without these nothing works: keys that can't be exported, a store, locks, and files that are kept. */
async function canWork() {
  if (!window.isSecureContext || !('indexedDB' in window) || !navigator.locks || !navigator.serviceWorker) return false;
  return makeKey().then(() => true, () => false);
}

/** Says in both languages that this browser is no terminal, and nothing else. */
const refuse = (zh, en) => main.replaceChildren(el('div', { class: 'panel fault', role: 'alert', 'data-unable': true },
  el('p', { lang: 'zh-CN' }, zh), el('p', { lang: 'en' }, en)));

async function start() {
  if (!(await canWork())) {
    refuse('这个浏览器不能做离线终端：它缺少 Ed25519 签名，或本页不是经 https 打开的。请换用或更新浏览器（Chrome 137、Safari 17、Firefox 130 或更新）。',
      'This browser can\'t be a terminal: it lacks Ed25519 signatures, or the page was not opened by https. Use another or a newer one '
        + '(Chrome 137, Safari 17, Firefox 130 or later).');
    return;
  }
  page.show = show;
  display(() => show());
  // What was typed survives another language, and whatever else writes the page anew.
  main.addEventListener('input', ({ target }) => { if (target.type !== 'file') page.typed[target.name] = target.value; });
  await draw();
  listen();
  keepAll();
  addEventListener('online', listen);
  addEventListener('offline', () => { heard.name = null; hear(); });
  // Another window may have accepted something meanwhile, and time goes on.
  document.addEventListener('visibilitychange', () => {
    const isIdle = !page.isBusy && page.at.step === 'code' && !page.typed.voucher && !main.contains(document.activeElement);
    if (document.visibilityState === 'visible' && isIdle) show();
  });
}

start().catch((error) => refuse(`这个浏览器存不了终端的数据（${error.message}）。`, `This browser can't keep a terminal's data (${error.message}).`));
