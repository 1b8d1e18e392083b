// The page's words in the reader's language, as head.py puts them into <head>.
import {filled, written} from '../widgets/text.js';
import {playground} from './playground.js';

export {filled, written};

/**
 * @typedef {{[part: string]: any, classes: Record<string, string>, languages: string[], methods: string[], styles: Record<string,
 * string>, shipped: Record<string, string>}} Words
 */

const NONE = /** @type {Words} */ ({classes: {}, languages: ['en'], methods: [], styles: {}, shipped: {}});

/** @returns {Words} */
export const words = () => playground.words ?? NONE;

export const lang = () => document.documentElement.dataset.lang || 'en';

/** Whether a person may bring pictures here. */
export const uploads = () => words().uploads !== false;

/** A class of a data set in the reader's language. @param {string} name */
export const className = name => words().classes[name] ?? name;

/** The words of a part of the page, by key. @param {string} part */
export const sayer = part => (/** @type {string} */ key, /** @type {Record<string, unknown>} */ values = {}) =>
  filled(String(words()[part]?.[key] ?? key), values);

/** A measure as it is written everywhere; a dash where there is none. @param {string} key @param {number | null} [value] */
export const shown = (key, value) => value === null || value === undefined ? '–' : written(value, words().styles?.[key] ?? '.3g');

/** @param {number} share of one @param {number} [digits] */
export const percent = (share, digits = 0) => written(share, `.${digits}%`);
