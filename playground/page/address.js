// The page's address: what each tab says of its own view is in it while that tab is shown, and else remembered, by a reload too.
import {words} from './words.js';

/** Which tab a key belongs to, as each tab's own Python names them; keys of the whole page belong to none. @param {string} key */
export function tabOf(key) {
  const keysOf = /** @type {Record<string, string[]>} */ (words().keys ?? {});
  return Object.keys(keysOf).find(tab => keysOf[tab].includes(key));
}

/** All that the address has said, also of tabs that are not shown. */
export const query = new URLSearchParams(location.search);
for (const [key, value] of new URLSearchParams(history.state?.views)) {
  if (tabOf(key) && tabOf(key) !== (query.get('tab') ?? 'train') && !query.has(key)) query.set(key, value);
}

/** Keys of Train's controls. */
export const CONTROLS = /^(data|method|seconds|steps|seed|knob\..+)$/;

/** @param {string} key */
const shown = key => [undefined, document.body.dataset.tab].includes(tabOf(key));

/**
 * Puts what is not empty into the address, and takes the rest out.
 * @param {Record<string, unknown>} values @param {boolean} [entry] Back leads to how it was before
 */
export function remember(values, entry = false) {
  for (const [key, value] of Object.entries(values)) {
    if (value === null || value === undefined || value === '') query.delete(key);
    else query.set(key, String(value));
  }
  const url = new URL(location.href);
  url.search = new URLSearchParams([...query].filter(([key]) => shown(key))).toString();
  const views = new URLSearchParams([...query].filter(([key]) => tabOf(key))).toString();
  if (entry) history.pushState({views}, '', url);
  else history.replaceState({views}, '', url);
  document.dispatchEvent(new Event('address'));  // for who shows it
}

/** The address is another one: after Back, or Forward. */
export function recall() {
  for (const key of [...query.keys()]) if (shown(key)) query.delete(key);
  for (const [key, value] of new URLSearchParams(location.search)) query.set(key, value);
}

/** A set of indices as few letters. @param {number[]} set */
export function packed(set) {
  const bytes = new Uint8Array((Math.max(...set) >> 3) + 1);
  for (const i of set) bytes[i >> 3] |= 1 << (i & 7);
  return btoa(String.fromCharCode(...bytes)).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
}

/** The indices of such letters; null where somebody shortened them. @param {string} text */
export function unpacked(text) {
  let letters = '';
  try { letters = atob(text.replace(/-/g, '+').replace(/_/g, '/')); } catch { return null; }
  return [...letters].flatMap((c, at) => [...Array(8).keys()].filter(bit => c.charCodeAt(0) >> bit & 1).map(bit => 8 * at + bit));
}

/** One of some words that an address may say, else null. @param {string | null | undefined} text @param {string[]} options */
export const known = (text, options) => text !== null && text !== undefined && options.includes(text) ? text : null;

/** A number from 0 to `most` that an address says, else null. @param {string | null | undefined} text @param {number} most */
export function number(text, most) {
  const value = text === null || text === undefined || text === '' ? Number.NaN : Number(text);
  return value >= 0 && value <= most ? value : null;
}
