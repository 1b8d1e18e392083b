// Pictures that questions are about: of a data set, or a person's own.
import {base, path} from '../page/ask.js';
import {sayer} from '../page/words.js';
import {picture} from '../widgets/picture-card.js';

const say = sayer('match');

/** @typedef {{own?: string, set?: string, index?: number, name?: string, caption?: string | null, label?: string | null}} Picture */

/** @param {Picture} p */
export const keyOf = p => p.own ?? `${p.set}:${p.index}`;

/** What a question says of it. @param {Picture} p @returns {Picture} */
export const reference = ({own, set, index}) => own ? {own} : {set, index};

/** Whether it is a person's own, which no link shows to others. @param {Picture} p */
export const isOwn = p => Boolean(p.own) || Boolean(p.set?.startsWith('set-'));

/** What a browser's tab remembers of it: other names are in the page's language. @param {Picture} p @returns {Picture} */
export const memory = p => ({...reference(p), ...(p.own ? {name: p.name} : {})});

/** Each picture once. @param {Picture[]} pictures */
export const once = pictures => pictures.filter((p, i) => pictures.findIndex(q => keyOf(q) === keyOf(p)) === i);

/** @param {Picture} p */
export const nameOf = p => p.caption || p.name || (p.own ? say('your_picture') : say('picture_number', {number: Number(p.index) + 1}));

/** The picture that an address names, else null. @param {string} text @returns {Picture | null} */
export function named(text) {
  const at = text.lastIndexOf(':'), index = Number(text.slice(at + 1));
  return at > 0 && Number.isInteger(index) && index >= 0 ? {set: text.slice(0, at), index} : null;
}

/** @param {Picture} p */
export const file = p => base(p.own ? path`pictures/${p.own}.png` : path`pictures/${p.set}/${p.index}.png`);

/** @param {Picture} p */
export const shown = p => picture(file(p).href, nameOf(p));
