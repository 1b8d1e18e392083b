// Pictures that questions are about: of a data set, or a person's own.
import {base, path} from '../page/ask.js';
import {sayer} from '../page/words.js';
import {picture} from '../widgets/picture-card.js';

const say = sayer('match');

/**
 * @typedef {object} Picture
 * @property {string} [own]
 * @property {string} [set]
 * @property {number} [index]
 * @property {string} [name]
 * @property {string | null} [caption]
 * @property {string | null} [label]
 * @property {string} [word] what is painted on it
 */

/** @param {Picture} p */
export const keyOf = p => `${p.own ?? `${p.set}:${p.index}`}${p.word ? `~${p.word}` : ''}`;

/** A word as it can be painted and named in an address. @param {string} text */
export const paintable = text => text.replace(/[^\p{L}\p{N} '!?.-]/gu, '').trim().slice(0, 20);

/** What a question says of it. @param {Picture} p @returns {Picture} */
export const reference = ({own, set, index, word}) => ({...(own ? {own} : {set, index}), ...(word ? {word} : {})});

/** Whether it is a person's own, which no link shows to others. @param {Picture} p */
export const isOwn = p => Boolean(p.own) || Boolean(p.set?.startsWith('set-'));

/** What a browser's tab remembers of it: other names are in the page's language. @param {Picture} p @returns {Picture} */
export const memory = p => ({...reference(p), ...(p.own ? {name: p.name} : {})});

/** Each picture once. @param {Picture[]} pictures */
export const once = pictures => pictures.filter((p, i) => pictures.findIndex(q => keyOf(q) === keyOf(p)) === i);

/** @param {Picture} p */
export const nameOf = p => p.word ? say('painted_name', {name: bareName(p), word: p.word}) : bareName(p);

/** @param {Picture} p */
const bareName = p => p.caption || p.name || (p.own ? say('your_picture') : say('picture_number', {number: Number(p.index) + 1}));

/** The picture that an address names, else null. @param {string} text @returns {Picture | null} */
export function named(text) {
  const [place, painted = ''] = text.split('~'), word = paintable(painted);
  const at = place.lastIndexOf(':'), index = Number(place.slice(at + 1));
  return at > 0 && Number.isInteger(index) && index >= 0 ? {set: place.slice(0, at), index, ...(word ? {word} : {})} : null;
}

/** @param {Picture} p */
export function file(p) {
  const url = base(p.own ? path`pictures/${p.own}.png` : path`pictures/${p.set}/${p.index}.png`);
  if (p.word) url.searchParams.set('word', p.word);
  return url;
}

/** @param {Picture} p */
export const shown = p => picture(file(p).href, nameOf(p));
