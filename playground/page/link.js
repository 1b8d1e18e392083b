// What a teacher's link says of the page: controls that are hidden or fixed, a note, and what other addresses take along of it.
import {query, tabOf} from './address.js';

export const NOTE = 500;  // letters
const SAID = ['hide', 'fix', 'note', 'lesson', 'embed', 'room'];  // of the whole page, so that each of its links keeps them
const SETS = /^(data|method|seconds|steps|seed|knob\..+)$/;  // as Train has them
const OF_RUNS = /^(method|budget|data|seed|knobs|train|knob\.[a-z0-9_]+)$/;
const NAME = /^[a-z0-9_.]{1,60}$/;

/** @param {string} key */
const named = key => new Set((query.get(key) ?? '').split(',').filter(one => NAME.test(one)));

/** Names of controls that nobody is to see: data, method, budget, seed, knobs, knob.NAME, train, language, tabs, or a tab's. */
export const hidden = () => named('hide');

/** Those of controls that are seen and cannot be changed. */
export const fixed = () => named('fix');

/** Whether a link holds a control that runs are made by: then no other part of the page begins runs, which would not know of it. */
export const holds = () => [...hidden(), ...fixed()].some(name => OF_RUNS.test(name));

/**
 * Whether a control keeps the value that the link gave it.
 * @param {string} key as Train calls it: data, method, seconds, seed, METHOD.KNOB
 */
export function held(key) {
  const knob = key.split('.')[1], all = new Set([...hidden(), ...fixed()]);
  if (knob) return all.has('knobs') || all.has(`knob.${knob}`);
  return all.has(key === 'seconds' ? 'budget' : key) || (key === 'seed' && hidden().has('knobs'));  // it stands among them
}

/** What a teacher wrote, as text: without what cannot be printed, and no more than there is room for. @param {string | null} [text] */
export const note = (text = query.get('note')) => [...(text ?? '').replace(/[^\P{C}\n]/gu, '')].slice(0, NOTE).join('').trim();

/**
 * An address of this page, with what the link says of all of it; where it holds controls, with their values too.
 * @param {string} href @returns {string}
 */
export function kept(href) {
  const url = new URL(href, location.href);
  if (url.origin !== location.origin || url.pathname !== location.pathname) return href;
  for (const [key, value] of query) {
    const along = (SAID.includes(key) && !tabOf(key)) || (holds() && SETS.test(key));
    if (along && !url.searchParams.has(key)) url.searchParams.set(key, value);
  }
  return url.href;
}

/** A link within the page keeps what the page was opened with, before the browser follows it. @param {Event} event */
function follows(event) {
  const link = /** @type {HTMLAnchorElement | null} */ (/** @type {Element} */ (event.target).closest?.('a[href]'));
  if (!link || link.hasAttribute('download') || link.getAttribute('href')?.startsWith('#')) return;
  const now = kept(link.href);
  if (now !== link.href) link.href = now;
}

/** Hides what leads to hidden tabs, and lets links keep what the page was opened with. */
export function start() {
  for (const type of ['click', 'auxclick']) document.addEventListener(type, follows, true);
  const ways = [...hidden()].filter(name => /^[a-z]+$/.test(name)).map(name => `a:is([data-tab=${name}], [href*="tab=${name}"])`);
  if (hidden().has('tabs')) ways.push('#tabs > .tab-wrapper');
  if (hidden().has('train')) ways.push('#act');  // on a phone a bar of its own
  if (!ways.length) return;
  const sheet = new CSSStyleSheet();
  sheet.insertRule(`${ways.join(', ')} { display: none !important; }`);
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
}
