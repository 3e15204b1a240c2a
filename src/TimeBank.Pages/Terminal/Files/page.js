// What the parts of the terminal's page share: what it shows, and how one thing at a time is done.

import { Refusal, yuanOf } from './acceptance.js';
import { button, el, t } from './dom.js';
import { SignedOut } from './sync.js';

/**
 * What the page shows: the file as it is stored, where the clerk is on the way from a code to its acceptance, what was typed so far, what
 * was said last, and the camera while it looks. Whoever shows it puts show in, which never throws.
 */
export const page = { file: null, at: { step: 'code' }, typed: {}, said: null, isBusy: false, camera: null, show: null };

/** The contract's words and those of a code's reading, as the server put them into the page. */
export const words = JSON.parse(document.querySelector('main').dataset.words);

/** This phone's clock. A demonstration has one of its own, which stands where the last sync found it. */
export const now = () => page.file.clock ?? Math.floor(Date.now() / 1_000);

export const wordOf = (name) => (words.names[name] ? t(...words.names[name]) : name);

export const moneyOf = (fen) => t(`${yuanOf(fen)}元`, `CNY ${yuanOf(fen)}`);

/** ¥12.50, or 3 meals; English counts one otherwise than many. */
export const amountOf = (value, unit) => (unit === 'CNY' ? moneyOf(value)
  : t(`${value}${wordOf(unit)}`, `${value} ${value === 1n ? wordOf(unit).replace(/s$/, '') : wordOf(unit)}`));

export function serviceOf(id) {
  const service = page.file.services.find((one) => one.id === id);
  return service ? t(service.zh, service.en) : id;
}

/** What was typed into a field before the page was written anew. */
export const typedIn = (name, usual = '') => page.typed[name] ?? usual;

/** Where the reader is led to. */
export const heading = (text) => el('h2', { tabindex: -1, 'data-here': true }, text);

/** Does one thing at a time, and shows what came of it. */
export async function act(event, work) {
  event.preventDefault();
  if (page.isBusy) return;
  page.isBusy = true;
  page.said = null;
  (event.submitter ?? event.currentTarget).setAttribute('aria-busy', 'true');
  try {
    await work();
  } catch (error) {
    const { zh, en } = error instanceof Refusal ? error : unexpected(error.message || error.name);
    page.said = { kind: 'fault', zh, en, signIn: error instanceof SignedOut };
  }
  // What was pressed is still there until the page is new: nothing is done twice.
  await page.show(true);
  page.isBusy = false;
}

/** A full disk, or a fault of ours. */
const unexpected = (what) => ({ zh: `没有办成：${what}。`, en: `This failed: ${what}.` });

/** A button that does something without a form. */
export const does = (text, work, attributes = {}) => button(text, {
  type: 'button', class: 'quiet', onclick: (event) => act(event, work), ...attributes,
});
