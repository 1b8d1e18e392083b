// The page's words in the reader's language, as head.py puts them into <head>.
import {filled} from '../widgets/text.js';
import {playground} from './playground.js';

export {filled};

/**
 * @typedef {{[part: string]: any, classes: Record<string, string>, languages: string[], methods: string[], shipped:
 * Record<string, string>}} Words
 */

const NONE = /** @type {Words} */ ({classes: {}, languages: ['en'], methods: [], shipped: {}});

/** @returns {Words} */
export const words = () => playground.words ?? NONE;

export const lang = () => document.documentElement.dataset.lang || 'en';

/** A class of a data set in the reader's language. @param {string} name */
export const className = name => words().classes[name] ?? name;

/** The words of a part of the page, by key. @param {string} part */
export const sayer = part => (/** @type {string} */ key, /** @type {Record<string, unknown>} */ values = {}) =>
  filled(String(words()[part]?.[key] ?? key), values);

/** @param {number} share of one @param {number} [digits] */
export const percent = (share, digits = 0) => `${(100 * share).toFixed(digits)}%`;
