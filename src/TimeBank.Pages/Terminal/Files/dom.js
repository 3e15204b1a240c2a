// What the terminal's page is written with: elements, the reader's language, amounts as people write them.

const LANGUAGE = 'terminal-language', LETTERS = 'terminal-letters';

let isChinese = (localStorage.getItem(LANGUAGE) ?? navigator.languages.find((tag) => /^(zh|en)/i.test(tag)) ?? 'zh').startsWith('zh');
let isLarge = localStorage.getItem(LETTERS) !== 'normal';

/** The text in the reader's language. */
export const t = (chinese, english) => (isChinese ? chinese : english);

/** An element with attributes and children; an attribute that begins with on is a listener, one that is false or null is left out. */
export function el(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith('on')) made.addEventListener(key.slice(2), value);
    else if (value !== false && value !== null && value !== undefined) made.setAttribute(key, value === true ? '' : value);
  }
  made.append(...children.flat().filter((child) => child !== null && child !== false && child !== undefined));
  return made;
}

export const button = (text, attributes = {}) => el('button', attributes, text);

export const facts = (...pairs) => el('dl', { class: 'facts' }, pairs.filter(Boolean).flatMap(
  ([name, value]) => [el('dt', {}, name), el('dd', {}, value)]));

/** A question with one field; the hint is read out with it. */
export const ask = (name, label, attributes, hint = null) => el('div', { class: 'ask' }, el('label', { for: name }, label),
  hint && el('p', { class: 'hint', id: `${name}-hint` }, hint),
  el('input', { id: name, name, autocomplete: 'off', ...attributes, 'aria-describedby': hint && `${name}-hint` }));

/** A question with a few answers: [value, text]. */
export const choose = (name, legend, answers, chosen) => el('fieldset', {}, el('legend', {}, legend), answers.map(
  ([value, text]) => el('label', { class: 'choice' },
    el('input', { type: 'radio', name, value, required: true, checked: value === chosen }), el('span', {}, text))));

/** The bar at the top: the other language, the other size of letters. Each is kept in this browser. */
export function display(changed) {
  const apply = () => {
    document.documentElement.lang = t('zh-CN', 'en');
    document.documentElement.classList.toggle('large', isLarge);
    document.title = t('离线终端 · 时间银行', 'Offline terminal · TimeBank');
    document.querySelector('[data-brand]').textContent = t('离线终端', 'Offline terminal');
    document.querySelector('.skip').textContent = t('跳到正文', 'Skip to the content');
    const tools = document.querySelector('.tools');
    tools.setAttribute('aria-label', t('显示', 'Display'));
    tools.replaceChildren(
      button(t('English', '中文'), { class: 'link', type: 'button', lang: t('en', 'zh-CN'), onclick: () => {
        isChinese = !isChinese;
        localStorage.setItem(LANGUAGE, t('zh', 'en'));
        apply();
        changed();
      } }),
      button(isLarge ? t('普通字', 'Normal letters') : t('大字版', 'Large letters'), { class: 'link', type: 'button', onclick: () => {
        isLarge = !isLarge;
        localStorage.setItem(LETTERS, isLarge ? 'large' : 'normal');
        apply();
      } }));
    document.querySelector('.foot').replaceChildren(el('p', {}, el('a', { href: '/' }, t('其他页面（需要网络）', 'The other pages (with a network)')),
      ' · ', t('养老服务热线', 'Care line'), ' ', el('a', { href: 'tel:12349' }, '12349')));
  };
  apply();
}

/** A Chinese keyboard writes digits, the point and the comma in full width. */
const toHalfWidth = (text) => text.replace(/[！-～]/g, (letter) => String.fromCharCode(letter.charCodeAt(0) - 0xfee0))
  .replace('。', '.').replace('￥', '¥');

/** Fen of a text in yuan, as Written.ParseYuan reads it on the other pages; null if it is none. */
export function fenOf(text) {
  const [, yuan, rest = ''] = /^¥?\s*([0-9]+(?:,[0-9]{3})*)(?:\.([0-9]{1,2}))?\s*元?$/.exec(toHalfWidth(text).trim()) ?? [];
  return yuan === undefined || yuan.length > 15 ? null : BigInt(yuan.replaceAll(',', '')) * 100n + BigInt(rest.padEnd(2, '0'));
}

/** A whole number; null if the text is none. */
export const countOf = (text) => (/^[0-9]{1,9}$/.test(toHalfWidth(text).trim()) ? BigInt(toHalfWidth(text).trim()) : null);
